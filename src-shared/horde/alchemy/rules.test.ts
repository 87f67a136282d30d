import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alchemyForms, makesPicture } from './forms.ts';
import { readResult } from './results.ts';
import {
  alchemyPriority,
  canDoForm,
  formResultLimits,
  isSourceTooLarge,
  type MatchingAlchemist,
  payloadOf,
  sourceLimitsOf,
} from './rules.ts';
import { alchemyState, type FormState, formStates, formVerdict, stateAfterFailure } from './states.ts';

it('knows the 23 forms of the API', () => {
  expect(alchemyForms).toHaveLength(23);
  expect(alchemyForms.filter((form) => makesPicture(form))).toHaveLength(16);
});

describe('the state of a request', () => {
  const rows: ReadonlyArray<[FormState[], string]> = [
    [['faulted', 'faulted'], 'faulted'],
    [['done', 'done'], 'done'],
    [['done', 'faulted'], 'partial'],
    [['cancelled', 'cancelled'], 'partial'],
    [['done', 'waiting'], 'waiting'],
    [['waiting', 'processing', 'faulted'], 'processing'],
  ];
  it.each(rows)('of %j is %s', (states, state) => expect(alchemyState(states)).toBe(state));
});

it('forgives three failures', () => {
  expect([1, 2, 3, 4].map(stateAfterFailure)).toEqual(['waiting', 'waiting', 'waiting', 'faulted']);
});

describe('what a submit does', () => {
  it.each(formStates.filter((state) => state !== 'processing'))('to a form that is %s: nothing', (state) => {
    expect(formVerdict({ state, digest: 'a' }, { isFault: false, digest: 'a' })).toBe('repeat');
    expect(formVerdict({ state, digest: 'a' }, { isFault: false, digest: 'b' })).toBe('duplicate');
    expect(formVerdict({ state, digest: null }, { isFault: true, digest: 'b' })).toBe('duplicate');
  });

  it('to a form that runs', () => {
    const running = { state: 'processing', digest: null } as const;
    expect(formVerdict(running, { isFault: false, digest: 'a' })).toBe('complete');
    expect(formVerdict(running, { isFault: true, digest: 'a' })).toBe('fault');
  });
});

describe('matching', () => {
  const worker: MatchingAlchemist = {
    id: 'w',
    ownerId: 9,
    isOwnerTrusted: true,
    isInMaintenance: false,
    isPaused: false,
    isSlow: false,
    profile: { forms: ['caption'], maxTiles: 4, threads: 1, bridgeAgent: 'a:1:b' },
  };
  const form = { name: 'caption', userId: 5, tiles: 4, slowWorkers: false, needsTrust: true } as const;

  it('is by form, size, speed, trust and maintenance', () => {
    expect(canDoForm(worker, form)).toBe(true);
    expect(canDoForm(worker, { ...form, name: 'nsfw' })).toBe(false);
    expect(canDoForm(worker, { ...form, tiles: 5 })).toBe(false);
    expect(canDoForm({ ...worker, isSlow: true }, form)).toBe(false);
    expect(canDoForm({ ...worker, isSlow: true }, { ...form, slowWorkers: true })).toBe(true);
    expect(canDoForm({ ...worker, isOwnerTrusted: false }, form)).toBe(false);
    expect(canDoForm({ ...worker, isInMaintenance: true }, form)).toBe(false);
    expect(canDoForm({ ...worker, isPaused: true }, { ...form, userId: 9 })).toBe(true);
  });

  it.each([
    [false, 123_456, 1234],
    [false, -50, 0],
    [true, 1_000, -100],
    [true, 1_000_000, 10],
  ])('goes by kudos; flagged %s with %i cents: %i', (isFlagged, kudosCents, priority) => {
    expect(alchemyPriority({ isFlagged, kudosCents }) + 0).toBe(priority);
  });
});

describe('sizes', () => {
  it.each([
    [3072, 3072, false],
    [3073, 3072, true],
    [9216, 1024, false],
    [16_383, 576, false],
    [16_384, 512, true],
  ])('of a source of %i × %i: too large %s', (width, height, isTooLarge) => {
    expect(isSourceTooLarge({ width, height })).toBe(isTooLarge);
  });

  it('of a source that says nothing of itself are those of any', () => {
    expect(sourceLimitsOf(undefined, 7)).toEqual({ maxBytes: 7, maxWidth: 3072, maxHeight: 3072 });
    // A picture may be turned while it is opened.
    const limits = sourceLimitsOf({ width: 9000, height: 100 }, 7);
    expect(limits).toEqual({ maxBytes: 7, maxWidth: 9000, maxHeight: 9000 });
  });

  it('of a result are those that the form implies', () => {
    const source = { width: 3000, height: 400 };
    const limitsOf = (form: Parameters<typeof formResultLimits>[0]) => {
      const { maxWidth, maxHeight } = formResultLimits(form, source);
      return [maxWidth, maxHeight];
    };
    expect(limitsOf('GFPGAN')).toEqual([3000, 400]);
    expect(limitsOf('RealESRGAN_x2plus')).toEqual([6000, 800]);
    expect(limitsOf('RealESRGAN_x4plus')).toEqual([8192, 1600]);
  });
});

describe('payloads', () => {
  it('are texts, whatever was sent', () => {
    expect(payloadOf(undefined)).toBeUndefined();
    expect(payloadOf({})).toBeUndefined();
    expect(payloadOf({ a: 'x'.repeat(10_000) })).toBe('too long');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }), (typed) => {
        const payload = payloadOf(typed);
        if (payload === undefined || payload === 'too long') return;
        expect(Object.keys(payload)).toEqual(Object.keys(typed));
        expect(Object.values(payload).every((value) => typeof value === 'string')).toBe(true);
      }),
    );
  });
});

describe('results', () => {
  const item = { text: 'a cat', confidence: 0.5 };

  it('keep what belongs to their form alone', () => {
    const typed = { tags: [{ ...item, more: 1 }], moods: [item], artists: [] };
    expect(readResult('interrogation', { interrogation: typed })).toEqual({
      isGood: true,
      value: { tags: [item], artists: [] },
    });
    expect(typed.moods).toHaveLength(1);
    expect(readResult('nsfw', { nsfw: false, caption: 'a cat' })).toEqual({ isGood: true, value: false });
    const escaping = { caption: 'a\u001b[2J cat', describe: { '\u0007a': ['\u009bb', 1, null] } };
    expect(readResult('caption', escaping)).toEqual({ isGood: true, value: 'a[2J cat' });
    expect(readResult('describe', escaping)).toEqual({ isGood: true, value: { a: ['b', 1, null] } });
    expect(readResult('describe', { describe: { a: { b: [1] } } })).toEqual({
      isGood: true,
      value: { a: { b: [1] } },
    });
  });

  it('come from strangers', () => {
    const hostile = JSON.parse('{"__proto__": {"caption": "inherited"}}');
    for (const form of alchemyForms) {
      expect(readResult(form, hostile).isGood).toBe(false);
      expect(readResult(form, { [form]: null }).isGood).toBe(false);
      fc.assert(
        fc.property(fc.jsonValue(), (value) => {
          const read = readResult(form, { [form]: value });
          if (read.isGood) expect(JSON.stringify(read.value).length).toBeLessThan(300_000);
        }),
        { numRuns: 20 },
      );
    }
    expect(readResult('describe', { describe: [['x'.repeat(300_000)]] }).isGood).toBe(false);
    expect(readResult('vectorize', { vectorize: 'x'.repeat(300_000) }).isGood).toBe(true);
  });
});
