import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { CreationInput } from '#shared/studio/creations/schema.ts';
import { CreateDraft } from '#shared/studio/drafts/schema.ts';
import { tinyModel } from '#ui/testing/create-core.ts';
import {
  cheaper,
  emptyDraft,
  isDraft,
  qualities,
  qualityOf,
  randomSeed,
  toInput,
  toPricedInput,
  withFields,
  withInput,
  withModel,
  withQuality,
  withSeed,
} from './draft.ts';

const draft = withModel(emptyDraft, tinyModel).draft;

describe('withModel', () => {
  it('takes the recommended settings of the model', () => {
    const { draft: next, changed } = withModel(emptyDraft, tinyModel);
    expect(next.input).toMatchObject({ model: 'Yurt Tiny', width: 128, height: 128, ...tinyModel.defaults });
    expect(changed).toEqual(['width', 'height', 'steps', 'cfgScale', 'sampler']);
  });

  it('leaves alone what the person has set', () => {
    const { draft: next, changed } = withModel(withFields(emptyDraft, { steps: 33 }), tinyModel);
    expect(next.input.steps).toBe(33);
    expect(changed).not.toContain('steps');
  });
});

describe('toInput', () => {
  it('uses the example for an empty prompt and only then', () => {
    expect(toInput(withFields(draft, { prompt: ' \n' }), 'a fox').prompt).toBe('a fox');
    expect(toInput(withFields(draft, { prompt: 'an owl' }), 'a fox').prompt).toBe('an owl');
  });

  it('sends the seed only while it is locked', () => {
    expect(toInput(withSeed(draft, '7', false), 'x')).not.toHaveProperty('seed');
    expect(toInput(withSeed(draft, '7', true), 'x').seed).toBe('7');
  });

  it('gives what core takes', () => {
    expect(Value.Check(CreationInput, toInput(draft, 'a fox'))).toBe(true);
    expect(Value.Check(CreationInput, toInput(withSeed(draft, '', true), 'a fox'))).toBe(true);
    expect(Value.Check(CreationInput, toPricedInput(draft))).toBe(true);
    expect(Value.Check(CreateDraft, withFields(draft, { prompt: 'x', seed: '7' }))).toBe(true);
  });
});

describe('toPricedInput', () => {
  it('is the same for other words and seeds, and tells none of them', () => {
    const other = withFields(draft, { prompt: 'secret', negativePrompt: 'secret', seed: 'secret' });
    expect(toPricedInput(other)).toEqual(toPricedInput(draft));
    expect(JSON.stringify(toPricedInput(other))).not.toContain('secret');
  });

  it('asks nothing before there is a model', () => {
    expect(toPricedInput(emptyDraft)).toBeUndefined();
  });
});

describe('withInput', () => {
  it('takes everything of a request, and its seed only where it had one', () => {
    const { input } = withSeed(draft, '7', true);
    expect(withInput(input)).toMatchObject({ input, isSeedLocked: true });
    const { seed: _seed, ...free } = input;
    expect(withInput(free).isSeedLocked).toBe(false);
  });
});

describe('quality', () => {
  it('is found again in the numbers that it chose', () => {
    for (const quality of qualities) {
      const { input } = withQuality(draft, quality, tinyModel);
      expect(qualityOf(input, tinyModel)).toBe(quality);
    }
  });

  it('is none for numbers of one’s own', () => {
    expect(qualityOf(withFields(draft, { steps: 31 }).input, tinyModel)).toBeUndefined();
    expect(qualityOf(withFields(draft, { karras: false }).input, tinyModel)).toBeUndefined();
  });

  it('lets the model decide again once it is good', () => {
    const best = withQuality(draft, 'best', tinyModel);
    const other = { ...tinyModel, name: 'Other', defaults: { ...tinyModel.defaults, steps: 30 } };
    expect(withModel(best, other).draft.input.steps).toBe(20);
    expect(withModel(withQuality(best, 'good', tinyModel), other).draft.input.steps).toBe(30);
  });
});

describe('cheaper', () => {
  it('never costs more', () => {
    const small = withFields(draft, { steps: 3, count: 4 });
    expect(cheaper(small, tinyModel).input).toMatchObject({ steps: 3, count: 1, width: 128 });
  });
});

describe('isDraft', () => {
  it('knows its own drafts after a trip through storage', () => {
    expect(isDraft(JSON.parse(JSON.stringify(withSeed(draft, '7', true))))).toBe(true);
  });

  it.each([
    null,
    'x',
    [],
    {},
    { ...draft, touched: 'steps' },
    { ...draft, touched: [1] },
    { ...draft, input: { ...draft.input, steps: '12' } },
    { ...draft, input: { ...draft.input, evil: 1 } },
    { ...draft, input: { ...draft.input, seed: 7 } },
    { ...draft, input: null },
  ])('refuses %j', (value) => {
    expect(isDraft(value)).toBe(false);
  });
});

describe('randomSeed', () => {
  it('stays below 2^32', () => {
    expect(randomSeed(() => 0)).toBe('0');
    expect(randomSeed(() => 1 - Number.EPSILON)).toBe('4294967295');
  });
});
