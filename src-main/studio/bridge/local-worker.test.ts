import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { EngineError } from '#main/platform/engine-clients.ts';
import type { ImageModelInfo, ImageResult } from '#shared/engine-protocol/image.ts';
import type { PopAnswer, SubmitInput } from '#shared/horde/jobs/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { createLocalWorker } from './local-worker.ts';

const model: ImageModelInfo = {
  name: 'Tiny',
  id: 'tiny',
  baseline: 'stable_diffusion_1',
  nativeWidth: 128,
  nativeHeight: 128,
  defaults: { steps: 4, cfgScale: 5, sampler: 'k_euler', karras: true },
  nsfw: false,
  description: '',
  sizeBytes: 1,
};

const result: ImageResult = {
  pictures: [{ webp: Uint8Array.of(1, 2, 3), width: 128, height: 128 }],
  notes: ['made at 128×128, then resized'],
  timings: { loadMs: 0, encodeMs: 0, sampleMs: 0, decodeMs: 0 },
};

const nothing: PopAnswer = {
  payload: { ddim_steps: 30, n_iter: 1 },
  id: null,
  ids: [],
  model: null,
  ttl: null,
  source_image: null,
  source_processing: 'img2img',
  source_mask: null,
  extra_source_images: null,
  r2_upload: null,
  r2_uploads: null,
  messages: [],
  skipped: {},
};

const job = (id: string): PopAnswer => ({
  ...nothing,
  payload: { prompt: 'a circle###blur', ddim_steps: 4, n_iter: 1, seed: '7', width: 128, height: 128 },
  id,
  ids: [id],
  model: 'Tiny',
  ttl: 60,
  r2_upload: 'http://horde/upload',
});

interface Parts {
  readonly generate?: (signal: AbortSignal) => Promise<ImageResult>;
  readonly models?: () => Promise<readonly ImageModelInfo[]>;
  readonly submit?: (input: SubmitInput) => Promise<{ reward: number }>;
}

/** A worker with a horde that hands out the queued jobs, an engine as given, and what was seen of it. */
function rig(parts: Parts = {}) {
  const jobs: PopAnswer[] = [];
  const submitted: SubmitInput[] = [];
  const uploads: string[] = [];
  const states: WorkerStatus['state'][] = [];
  const pops = { count: 0 };
  const worker = createLocalWorker({
    client: {
      generatePop: () => {
        pops.count += 1;
        return Promise.resolve(jobs.shift() ?? nothing);
      },
      generateSubmit: (input) => {
        submitted.push(input);
        return parts.submit?.(input) ?? Promise.resolve({ reward: 3 });
      },
    },
    engine: {
      models: parts.models ?? (() => Promise.resolve([model])),
      generate: (_job, _onProgress, signal) => parts.generate?.(signal) ?? Promise.resolve(result),
    },
    events: {
      publish: (event) => {
        if (event.type === 'workerChanged') states.push(event.worker.state);
      },
    },
    clock: Date.now,
    log: pino({ level: 'silent' }),
    upload: (url) => {
      uploads.push(url);
      return Promise.resolve();
    },
    name: 'Test',
    agent: 'Yurt:0:test',
  });
  return { worker, jobs, submitted, uploads, states, pops };
}

const untilCancelled = (signal: AbortSignal): Promise<ImageResult> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new EngineError('cancelled', 'cancelled')));
  });

describe('the local worker', () => {
  it('uploads, then submits, and counts what it earned', async () => {
    const { worker, jobs, submitted, uploads } = rig();
    jobs.push(job('a'));
    worker.start();
    await expect.poll(() => worker.status.jobsDone).toBe(1);
    await worker.stop();
    expect(uploads).toEqual(['http://horde/upload']);
    expect(submitted).toMatchObject([{ id: 'a', generation: 'R2', state: 'ok', seed: 7 }]);
    expect(submitted[0]?.gen_metadata).toEqual([
      { type: 'information', value: 'see_ref', ref: 'made at 128×128, then resized' },
    ]);
    expect(worker.status).toMatchObject({ state: 'off', job: null, kudosEarned: 3, jobsFaulted: 0 });
  });

  it('makes a job once more when the engine dies, and hands it back when it dies again', async () => {
    let deaths = 1;
    const { worker, jobs, submitted } = rig({
      generate: () =>
        deaths-- > 0 ? Promise.reject(new EngineError('engine_died', 'it ended')) : Promise.resolve(result),
    });
    jobs.push(job('a'));
    worker.start();
    await expect.poll(() => submitted.length).toBe(1);
    deaths = 2;
    jobs.push(job('b'));
    worker.wake();
    await expect.poll(() => submitted.length).toBe(2);
    await worker.stop();
    expect(submitted.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'ok'],
      ['b', 'faulted'],
    ]);
  });

  it('sends a result again that the horde did not take', async () => {
    let refusals = 1;
    const { worker, jobs, submitted } = rig({
      submit: () => (refusals-- > 0 ? Promise.reject(new Error('502')) : Promise.resolve({ reward: 3 })),
    });
    jobs.push(job('a'));
    worker.start();
    await expect.poll(() => worker.status.jobsDone, { timeout: 5_000 }).toBe(1);
    await worker.stop();
    expect(submitted.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'ok'],
      ['a', 'ok'],
    ]);
  });

  it('hands a running job back when it ends', async () => {
    const { worker, jobs, submitted } = rig({ generate: untilCancelled });
    jobs.push(job('a'));
    worker.start();
    await expect.poll(() => worker.status.state).toBe('working');
    await worker.stop();
    expect(submitted).toMatchObject([{ id: 'a', state: 'faulted' }]);
  });

  it('stays paused when it was paused in the middle of a turn, and takes no job', async () => {
    const held = Promise.withResolvers<readonly ImageModelInfo[]>();
    const { worker, jobs, states, pops } = rig({ models: () => held.promise });
    jobs.push(job('a'));
    worker.start();
    expect(worker.pause().state).toBe('paused');
    held.resolve([model]);
    await expect.poll(() => worker.status.models).toEqual(['Tiny']);
    expect(worker.status).toMatchObject({ state: 'paused', reason: 'by_owner' });
    expect(states.slice(states.indexOf('paused'))).not.toContain('idle');
    expect(pops.count).toBe(0);
    worker.resume();
    await expect.poll(() => worker.status.jobsDone).toBe(1);
    expect(worker.status.state).toBe('idle');
    await worker.stop();
  });

  it('finishes the job that runs when it is paused', async () => {
    const held = Promise.withResolvers<ImageResult>();
    const { worker, jobs, submitted } = rig({ generate: () => held.promise });
    jobs.push(job('a'), job('b'));
    worker.start();
    await expect.poll(() => worker.status.job?.id).toBe('a');
    worker.pause();
    held.resolve(result);
    await expect.poll(() => worker.status.jobsDone).toBe(1);
    expect(worker.status).toMatchObject({ state: 'paused', job: null });
    await worker.stop();
    expect(submitted.map(({ id }) => id)).toEqual(['a']);
  });
});
