import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from './fixtures/text-kudos.json' with { type: 'json' };
import {
  textCostCents,
  textDryRun,
  textEstimate,
  textReward,
  textRewardCents,
  textUpfrontCents,
} from './text.ts';

type Vector = (typeof vectors)[number];
const billionsOf = (parameters: number | null | undefined) =>
  parameters === null || parameters === undefined ? undefined : parameters / 1e9;

function rewardOf(vector: Vector): number {
  return textReward({
    promptCharacters: vector.prompt_chars ?? 0,
    outputCharacters: vector.output_chars ?? 0,
    maxLength: vector.max_length,
    billions: billionsOf(vector.model_parameters),
    isWorkerTrusted: vector.worker_trusted ?? false,
    isValidatedBackend: vector.validated_backend ?? false,
  });
}

function estimateOf(vector: Vector): number {
  return textEstimate({
    maxLength: vector.max_length,
    maxContextLength: vector.max_context_length ?? 0,
    model: vector.model === 'none' ? undefined : { billions: billionsOf(vector.model_parameters) },
  });
}

describe('what a text is worth', () => {
  it('equals every settlement of the vectors', () => {
    const settlements = vectors.filter((vector) => vector.kind === 'settlement');
    expect(settlements).toHaveLength(150);
    for (const vector of settlements) {
      expect(rewardOf(vector)).toBeCloseTo(vector.kudos, 2);
      expect(textCostCents(Math.round(rewardOf(vector) * 100)) / 100).toBeCloseTo(
        vector.requester_cost ?? Number.NaN,
        2,
      );
    }
  });

  it('costs only the tax and earns nothing when no text was ever delivered', () => {
    const reward = textRewardCents({
      promptCharacters: 400,
      outputCharacters: undefined,
      maxLength: 80,
      billions: 7,
      isWorkerTrusted: true,
      isValidatedBackend: true,
    });
    expect([reward, textCostCents(reward)]).toEqual([0, 100]);
  });

  it('never falls with longer texts or bigger models', () => {
    const input = fc.record({
      promptCharacters: fc.nat({ max: 20_000 }),
      outputCharacters: fc.nat({ max: 20_000 }),
      maxLength: fc.integer({ min: 16, max: 4096 }),
      billions: fc.double({ min: 0.1, max: 400, noNaN: true }),
      isWorkerTrusted: fc.boolean(),
      isValidatedBackend: fc.boolean(),
    });
    fc.assert(
      fc.property(input, (it) => {
        const reward = textReward(it);
        expect(textReward({ ...it, outputCharacters: it.outputCharacters + 400 })).toBeGreaterThanOrEqual(
          reward,
        );
        expect(textReward({ ...it, promptCharacters: it.promptCharacters + 400 })).toBeGreaterThanOrEqual(
          reward,
        );
        expect(textReward({ ...it, billions: it.billions + 1 })).toBeGreaterThanOrEqual(reward);
      }),
    );
  });
});

describe('what a text is expected to cost', () => {
  it('equals every estimate of the vectors', () => {
    const estimates = vectors.filter((vector) => vector.kind === 'estimate');
    expect(estimates).toHaveLength(50);
    for (const vector of estimates) {
      const estimate = estimateOf(vector);
      expect(estimate).toBeCloseTo(vector.kudos, 2);
      expect(textDryRun(estimate, vector.n ?? 0, 100)).toBeCloseTo(vector.dry_run_total ?? Number.NaN, 1);
    }
  });

  it('adds the taxes of a dry run', () => {
    expect(textDryRun(12.5, 2, 100)).toBe(28);
  });

  it('reserves by the largest named model, 20 kudos a text when none is named', () => {
    expect(textUpfrontCents({ maxLength: 512, texts: 3, billions: [] })).toBe(6000);
    expect(textUpfrontCents({ maxLength: 80, texts: 2, billions: [7, 13, undefined] })).toBe(2 * 4952);
    expect(textUpfrontCents({ maxLength: 80, texts: 1, billions: [undefined] })).toBe(381);
  });
});
