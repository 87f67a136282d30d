import { describe, expect, it } from 'vitest';
import { createActivity, createStatusSource } from './index.ts';

const worker = (speed: number, threads: number, isInMaintenance = false) => ({
  speed,
  isInMaintenance,
  profile: { threads, models: ['tiny'] },
});

function sourceOf(now: { ms: number }) {
  const activity = createActivity(() => now.ms);
  const image = {
    queue: {
      totals: () => ({ requests: 2, slots: 3, running: 1, things: 5e6 }),
      demand: () =>
        new Map([
          ['tiny', { things: 7, slots: 2 }],
          ['horde_special::x', { things: 1, slots: 1 }],
        ]),
    },
    online: () => [worker(100, 1), worker(400, 2), worker(9, 5, true)],
    activity,
    isKnown: () => true,
  };
  const text = {
    queue: {
      totals: () => ({ requests: 1, slots: 1, running: 0, things: 80 }),
      demand: () => new Map([['unserved', { things: 80, slots: 1 }]]),
    },
    online: () => [worker(20, 3)],
    activity: createActivity(() => now.ms),
    isKnown: () => false,
  };
  const source = createStatusSource({
    types: { image, text },
    alchemists: () => [{ profile: { threads: 4 } }],
    queuedForms: () => 6,
  });
  return { activity, source };
}

describe('the status source', () => {
  it('counts online workers by model, without maintenance and special models', () => {
    const { source } = sourceOf({ ms: 0 });
    expect(source.models('image')).toEqual([
      {
        type: 'image',
        name: 'tiny',
        threads: 3,
        thingsPerSecond: 300,
        queuedThings: 7,
        queuedJobs: 2,
        isKnown: true,
      },
    ]);
    expect(source.online('image')).toEqual({ workers: 3, threads: 8 });
    expect(source.queued('image')).toEqual({ requests: 2, jobs: 4, things: 5e6 });
  });

  it('keeps texts and forms apart from pictures', async () => {
    const { source } = sourceOf({ ms: 0 });
    expect(source.models('text')).toMatchObject([{ type: 'text', name: 'tiny', threads: 3 }]);
    expect(source.online('text')).toEqual({ workers: 1, threads: 3 });
    expect(source.queued('text')).toEqual({ requests: 1, jobs: 1, things: 80 });
    expect([source.alchemists(), await source.queuedForms()]).toEqual([{ workers: 1, threads: 4 }, 6]);
  });

  it('takes the speed of a model from the jobs of the last hour', () => {
    const now = { ms: 10_000_000 };
    const { activity, source } = sourceOf(now);
    activity.record({ model: 'tiny', things: 4_000_000, tookMs: 2000 });
    activity.record({ model: 'tiny', things: 1_000_000, tookMs: 1000 });
    const figures = () => [source.models('image')[0]?.thingsPerSecond, source.pastMinute('image') / 1e6];
    expect(figures()).toEqual([1_500_000, 5]);
    now.ms += 70_000;
    expect(figures()).toEqual([1_500_000, 0]);
    now.ms += 3_600_000;
    expect(figures()).toEqual([300, 0]);
  });
});
