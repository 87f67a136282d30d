import { expect, it } from 'vitest';
import type { CreationProgress } from '#shared/studio/creations/schema.ts';
import { createLiveJobs, withLive } from './live.ts';

const counts: CreationProgress = {
  finished: 1,
  processing: 1,
  waiting: 2,
  restarted: 0,
  queuePosition: 1,
  etaSeconds: 99,
  step: null,
  steps: null,
  previewUrl: null,
};
const frame = (n: number) => Uint8Array.of(n);

it('shows step, preview and time left of the own job by its measured speed', () => {
  let now = 0;
  const changed: string[] = [];
  const live = createLiveJobs(
    (requestId) => changed.push(requestId),
    () => now,
  );
  live.started({ jobId: 'j1', requestId: 'r1' });
  live.progressed('j1', { done: 0, expected: 12, preview: undefined });
  expect(withLive(counts, live.of('r1'), '/p')).toMatchObject({ step: 0, steps: 12, etaSeconds: 99 });
  now = 400;
  live.progressed('j1', { done: 4, expected: 12, preview: frame(1) });
  // 8 calls are left of this picture and 24 of the two that wait, 100 ms each.
  const first = withLive(counts, live.of('r1'), '/p');
  expect(first).toMatchObject({ step: 4, etaSeconds: 3.2 });
  now = 500;
  live.progressed('j1', { done: 5, expected: 12, preview: undefined });
  expect(withLive(counts, live.of('r1'), '/p').previewUrl).toBe(first.previewUrl);
  live.progressed('j1', { done: 6, expected: 12, preview: frame(2) });
  expect(withLive(counts, live.of('r1'), '/p').previewUrl).not.toBe(first.previewUrl);
  expect(live.previewOf('r1')).toEqual(frame(2));
  expect(live.ended('j1')).toBe('r1');
  expect(live.of('r1')).toBeUndefined();
  // A page that was told of the last preview just before may still ask for it.
  expect(live.previewOf('r1')).toEqual(frame(2));
  expect(new Set(changed)).toEqual(new Set(['r1']));
});

it('knows only jobs that were told, the newest of them, and begins anew with the next job', () => {
  const live = createLiveJobs(
    () => undefined,
    () => 0,
  );
  live.progressed('stranger', { done: 1, expected: 2, preview: frame(1) });
  expect(live.ended('stranger')).toBeUndefined();
  for (let n = 0; n < 2000; n += 1) live.started({ jobId: `j${n}`, requestId: 'r' });
  expect(live.jobsOf('r').length).toBeLessThanOrEqual(500);
  expect(live.jobsOf('r')).toContain('j1999');
  live.progressed('j1998', { done: 1, expected: 2, preview: frame(1) });
  live.progressed('j1999', { done: 0, expected: 2, preview: undefined });
  expect(live.of('r')).toMatchObject({ jobId: 'j1999', done: 0, frame: null });
});

it('keeps the previews of the newest requests only', () => {
  const live = createLiveJobs(
    () => undefined,
    () => 0,
  );
  for (let n = 0; n < 100; n += 1) {
    live.started({ jobId: `j${n}`, requestId: `r${n}` });
    live.progressed(`j${n}`, { done: 1, expected: 2, preview: frame(n) });
  }
  expect(live.previewOf('r99')).toEqual(frame(99));
  expect(live.previewOf('r0')).toBeUndefined();
});
