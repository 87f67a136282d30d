import { describe, expect, it } from 'vitest';
import { settleEach } from './settle-each.ts';

describe('settleEach', () => {
  it('goes on after a failure, keeps the order and the limit', async () => {
    let running = 0;
    let most = 0;
    const { done, failed } = await settleEach(
      [1, 2, 3, 4, 5, 6, 7],
      async (value) => {
        running += 1;
        most = Math.max(most, running);
        for (let turn = 0; turn < 8 - value; turn += 1) await Promise.resolve();
        running -= 1;
        if (value % 3 === 0) throw new Error('no');
        return value * 10;
      },
      3,
    );
    expect(done).toEqual([10, 20, 40, 50, 70]);
    expect(failed).toBe(2);
    expect(most).toBe(3);
  });

  it('has nothing to do for nothing', async () => {
    expect(await settleEach([], () => Promise.reject(new Error('called')))).toEqual({ done: [], failed: 0 });
  });
});
