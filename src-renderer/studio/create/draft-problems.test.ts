import { describe, expect, it } from 'vitest';
import words from '#ui/locales/en/create.json' with { type: 'json' };
import { tinyModel } from '#ui/testing/create-core.ts';
import { connectionOf, workerOf } from '#ui/testing/values.ts';
import { emptyDraft, withFields, withModel, withSeed } from './draft.ts';
import { draftProblems, firstModel } from './draft-problems.ts';

const draft = withModel(emptyDraft, tinyModel).draft;
const around = { models: [tinyModel], worker: workerOf(), connection: connectionOf() };
const ids = (...args: Parameters<typeof draftProblems>): string[] =>
  draftProblems(...args).map(({ id }) => id);

describe('draftProblems', () => {
  it('finds nothing wrong with the first draft', () => {
    expect(ids(draft, around)).toEqual([]);
  });

  it('blocks only while there is no model to ask for', () => {
    expect(draftProblems(emptyDraft, { ...around, models: undefined })).toEqual([
      { id: 'modelsLoading', level: 'blocking' },
    ]);
    expect(draftProblems(emptyDraft, { ...around, models: [] })[0]).toMatchObject({ level: 'blocking' });
    expect(draftProblems(draft, { ...around, models: [] })[0]).toMatchObject({ level: 'advisory' });
  });

  it('says that the own worker is paused, but not while it merely starts', () => {
    const models = [{ ...tinyModel, workers: 0 }];
    expect(ids(draft, { ...around, models, worker: workerOf({ state: 'paused' }) })).toEqual([
      'workerStopped',
    ]);
    expect(ids(draft, { ...around, models, worker: workerOf({ state: 'starting' }) })).toEqual([]);
  });

  it('does not count the paused worker, which the horde still does', () => {
    const paused = { ...around, worker: workerOf({ state: 'paused' }) };
    expect(ids(draft, paused)).toEqual(['workerStopped']);
    expect(ids(draft, { ...paused, models: [{ ...tinyModel, workers: 2 }] })).toEqual([]);
  });

  it('offers another model only where there is one', () => {
    const gone = { ...draft, input: { ...draft.input, model: 'Gone' } };
    expect(draftProblems(gone, around)).toEqual([{ id: 'modelGone', level: 'advisory', fix: 'otherModel' }]);
    const nobody = { ...around, models: [{ ...tinyModel, isLocal: false, workers: 0 }] };
    expect(draftProblems(gone, nobody)).toEqual([{ id: 'modelGone', level: 'advisory' }]);
  });

  it('tells of the horde, of equal pictures and of odd sizes', () => {
    expect(ids(draft, { ...around, connection: connectionOf({ state: 'offline' }) })).toEqual(['offline']);
    expect(ids(withFields(withSeed(draft, '7', true), { count: 4 }), around)).toEqual(['sameSeed']);
    expect(ids(withFields(draft, { width: 1024, height: 1024 }), around)).toEqual(['sizeFar']);
    expect(ids(withFields(draft, { width: 192 }), around)).toEqual([]);
  });

  it('has words for each, and a button where there is a fix', () => {
    const all = new Map<string, unknown>(Object.entries(words.problem));
    const found = [
      ...draftProblems(emptyDraft, { ...around, models: undefined }),
      ...draftProblems(emptyDraft, { ...around, models: [] }),
      ...draftProblems(draft, { ...around, connection: connectionOf({ state: 'maintenance' }) }),
      ...draftProblems(withFields(withSeed(draft, '7', true), { count: 4, width: 2048 }), around),
    ];
    expect(found.length).toBeGreaterThanOrEqual(5);
    for (const { id, fix } of found) {
      expect(all.get(id)).toMatchObject(
        fix === undefined ? { what: expect.any(String) } : { fix: expect.any(String) },
      );
    }
  });
});

describe('firstModel', () => {
  it('prefers one that can be used now', () => {
    const away = { ...tinyModel, name: 'Away', isLocal: false, workers: 0 };
    expect(firstModel([away, tinyModel], workerOf())?.name).toBe('Yurt Tiny');
    expect(firstModel([away], workerOf())?.name).toBe('Away');
    expect(firstModel([], workerOf())).toBeUndefined();
  });
});
