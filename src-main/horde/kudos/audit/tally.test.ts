import { describe, expect, it } from 'vitest';
import { Tally } from './tally.ts';

describe('the tally', () => {
  it.each([
    ['SETTLEMENT', 'GENERATION'],
    ['ADMIN', 'ADMIN_ADJUSTMENT'],
  ])('counts %s of the first version as it counts %s', (old, present) => {
    const countOf = (type: string) => {
      const tally = new Tally(undefined, new Map());
      const posting = { event_id: 1, type, key: 'settle:a' };
      tally.add({ ...posting, id: 1, account_id: 7, amount: -700, balance_after: -700 });
      tally.add({ ...posting, id: 2, account_id: 8, amount: 700, balance_after: 700 });
      return [...tally.actionsOf(7), ...tally.actionsOf(8)];
    };
    expect(countOf(old)).toEqual(countOf(present));
    expect(countOf(old)).toHaveLength(2);
  });
});
