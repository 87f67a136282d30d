import { describe, expect, it } from 'vitest';
import { creationOf } from '#ui/testing/values.ts';
import { announce, rememberQuietly } from './announcements.ts';

const withFinished = (finished: number) => creationOf({ progress: { ...creationOf().progress, finished } });

describe('announce', () => {
  it('is silent about what was there when the screen opened, and speaks of what is new', () => {
    const old = creationOf();
    const quiet = announce(rememberQuietly([old]), [old], 0);
    expect(quiet.due).toEqual([]);
    const fresh = creationOf({ id: 'c2', state: 'sending' });
    expect(announce(quiet.memory, [fresh, old], 10).due).toEqual([fresh]);
  });

  it('speaks of a request at most every ten seconds, and loses nothing by that', () => {
    const first = announce(rememberQuietly([withFinished(0)]), [withFinished(1)], 1000);
    expect(first.due).toHaveLength(1);
    const held = announce(first.memory, [withFinished(2)], 4000);
    expect(held.due).toEqual([]);
    expect(held.againInMs).toBe(7000);
    const later = announce(held.memory, [withFinished(2)], 11_000);
    expect(later.due).toEqual([withFinished(2)]);
    expect(later.againInMs).toBeUndefined();
  });

  it('says nothing of steps and previews', () => {
    const before = creationOf();
    const after = creationOf({
      progress: { ...before.progress, step: 3, steps: 12, previewUrl: '/app/p?1' },
    });
    expect(announce(rememberQuietly([before]), [after], 0).due).toEqual([]);
  });
});
