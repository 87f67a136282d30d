import { describe, expect, it } from 'vitest';
import { CreationState, terminalStates } from '#shared/studio/creations/schema.ts';
import words from '#ui/locales/en/creations.json' with { type: 'json' };
import { creationOf } from '#ui/testing/values.ts';
import { actionWords, type CreationAction, creationStates, missingCount } from './creation-states.ts';

const stateWords = new Map(Object.entries(words.state));
const actionLabels = new Map(Object.entries(words.action));

describe('creationStates', () => {
  it('has a row for every state of the contract and no other', () => {
    expect(Object.keys(creationStates).toSorted()).toEqual([...CreationState.enum].toSorted());
  });

  it.each(Object.entries(creationStates))('%s has words, an icon and the right ways out', (state, row) => {
    expect(stateWords.get(state) ?? stateWords.get(`${state}_other`)).toBeTruthy();
    expect(row.icon).toBeTruthy();
    const isEnded = terminalStates.some((terminal) => terminal === state);
    // Core refuses to remove what runs, and has nothing to cancel in what has ended or is being saved.
    expect(row.actions.includes('remove')).toBe(isEnded);
    expect(row.actions.includes('cancel')).toBe(!isEnded && state !== 'saving');
    expect(row.hasEta).toBe(state === 'waiting' || state === 'working');
  });

  it('has words for every action in every state, with and without finished pictures', () => {
    const states = [...CreationState.enum];
    for (const state of states) {
      for (const imageIds of [[], ['i1']]) {
        for (const action of creationStates[state].actions) {
          const key = actionWords(action, creationOf({ state, imageIds }));
          expect(actionLabels.get(key), `${state} ${action}`).toBeTruthy();
        }
      }
    }
  });
});

describe('actionWords', () => {
  const said = (action: CreationAction, changes: Parameters<typeof creationOf>[0]): string =>
    actionWords(action, creationOf(changes));

  it('says that finished pictures stay', () => {
    expect(said('cancel', {})).toBe('cancel');
    expect(said('cancel', { imageIds: ['i1'] })).toBe('cancelRest');
    expect(said('cancel', { imageIds: ['i1'], state: 'slow' })).toBe('keep');
    expect(said('cancel', { state: 'unsent' })).toBe('doNotSend');
  });

  it('asks only for what is missing', () => {
    expect(said('retry', { state: 'failed' })).toBe('retry');
    expect(said('retry', { state: 'partial', imageIds: ['i1', 'i2', 'i3'] })).toBe('retryMissing');
    expect(missingCount(creationOf({ imageIds: ['i1', 'i2', 'i3'] }))).toBe(1);
  });
});
