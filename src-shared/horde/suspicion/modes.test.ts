import { describe, expect, it } from 'vitest';
import { isWorkerAddressChecked, workerAddressVerdict } from './modes.ts';

describe('the address of a worker', () => {
  it.each([
    ['safe', false, 'admit'],
    ['safe', true, 'admit'],
    ['unsafe', false, 'UnsafeIP'],
    ['unsafe', true, 'suspect'],
    ['unknown', false, 'TooManyNewIPs'],
    ['unknown', true, 'TooManyNewIPs'],
  ] as const)('that is %s, in a raid: %s', (safety, isRaided, verdict) => {
    expect(workerAddressVerdict(safety, { isRaided })).toBe(verdict);
  });

  it('is looked at where its owner has neither trust nor the right to a VPN', () => {
    const nobody = { isTrusted: false, isVpn: false };
    expect(isWorkerAddressChecked(nobody)).toBe(true);
    expect(isWorkerAddressChecked({ ...nobody, isVpn: true })).toBe(false);
    expect(isWorkerAddressChecked({ ...nobody, isTrusted: true })).toBe(false);
  });
});
