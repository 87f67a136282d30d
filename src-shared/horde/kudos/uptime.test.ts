import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageUptimeCents, textUptimeCents, uptimeStep } from './uptime.ts';

describe('uptime', () => {
  it('is worth more with more models and with LoRAs', () => {
    const models = Array.from({ length: 10 }, (_, at) => `m${at}`);
    expect(imageUptimeCents({ models, allowLora: true })).toBe(10_000);
    expect(imageUptimeCents({ models: ['a', 'b', 'c'], allowLora: false })).toBe(5_600);
  });

  it('is worth more with a bigger text model and a longer context', () => {
    const scribe = { maxContextLength: 8192, billions: 13, isValidatedBackend: true };
    expect(textUptimeCents(scribe)).toBe(26_929);
    expect(textUptimeCents({ ...scribe, isValidatedBackend: false })).toBe(8_079);
    expect(textUptimeCents({ ...scribe, billions: undefined })).toBe(7_250);
    expect(textUptimeCents({ ...scribe, billions: 1.1 })).toBe(3_625);
  });

  it('is rewarded after more than 600 s, and not for what was away', () => {
    const fresh = { uptimeMs: 0, rewardedMs: 0 };
    expect(uptimeStep(fresh, { sinceLastMs: 600_000, counts: true }).isRewardDue).toBe(false);
    expect(uptimeStep(fresh, { sinceLastMs: 601_000, counts: true })).toEqual({
      uptimeMs: 601_000,
      rewardedMs: 601_000,
      isRewardDue: true,
    });
    const accrued = { uptimeMs: 500_000, rewardedMs: 0 };
    expect(uptimeStep(accrued, { sinceLastMs: 900_000, counts: false })).toEqual({
      uptimeMs: 500_000,
      rewardedMs: 500_000,
      isRewardDue: false,
    });
  });

  it('is never rewarded twice, and at most once a check-in', () => {
    const check = fc.record({ sinceLastMs: fc.integer({ min: 0, max: 300_000 }), counts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(check), (checks) => {
        let at = { uptimeMs: 0, rewardedMs: 0 };
        let rewards = 0;
        for (const it of checks) {
          const step = uptimeStep(at, it);
          expect(step.rewardedMs).toBeGreaterThanOrEqual(at.rewardedMs);
          rewards += step.isRewardDue ? 1 : 0;
          at = step;
        }
        expect(rewards * 600_000).toBeLessThanOrEqual(at.uptimeMs);
      }),
    );
  });
});
