import { describe, expect, it } from 'vitest';
import { bridgePayCents, type BridgeStanding } from './bridge.ts';

describe('the pay of a program', () => {
  const pay = (standing: BridgeStanding, isPublic: boolean, kind: 'image' | 'text' = 'image') =>
    bridgePayCents(1225, { kind, standing }, isPublic);

  it('is everything on a private horde, whatever the program', () => {
    expect([pay('newest', false), pay('older', false), pay('other', false)]).toEqual([1225, 1225, 1225]);
  });

  it('is cut for pictures by the table of the public horde', () => {
    expect([pay('newest', true), pay('older', true), pay('other', true)]).toEqual([1225, 1103, 919]);
    expect(pay('other', true, 'text')).toBe(1225);
  });
});
