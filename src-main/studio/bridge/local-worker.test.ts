import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { EngineError } from '#main/platform/engine-clients.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { ImageModelInfo, ImageProgress, ImageResult } from '#shared/engine-protocol/image.ts';
import type { PopAnswer, SubmitInput } from '#shared/horde/jobs/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { type PoppedJob, readJob } from './job.ts';
import { createLocalWorker } from './local-worker.ts';
import type { WorkerMemory } from './memory.ts';

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
  readonly generate?: (
    signal: AbortSignal,
    onProgress: (progress: ImageProgress) => void,
  ) => Promise<ImageResult>;
  readonly pop?: () => Promise<void>;
  readonly memory?: WorkerMemory;
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
  const watched: string[] = [];
  const damaged: string[] = [];
  const away = { count: 0 };
  const worker = createLocalWorker({
    client: {
      generatePop: async () => {
        pops.count += 1;
        const popped = jobs.shift() ?? nothing;
        await parts.pop?.();
        return popped;
      },
      generateSubmit: (input) => {
        submitted.push(input);
        return parts.submit?.(input) ?? Promise.resolve({ reward: 3 });
      },
    },
    engine: {
      models: parts.models ?? (() => Promise.resolve([model])),
      generate: (_job, onProgress, signal) => parts.generate?.(signal, onProgress) ?? Promise.resolve(result),
    },
    events: {
      publish: (event) => {
        if (event.type === 'workerChanged') states.push(event.worker.state);
      },
    },
    ...(parts.memory && { memory: parts.memory }),
    watch: {
      progressed: (jobId, { done }) => watched.push(`${jobId} ${done}`),
      ended: (jobId) => watched.push(`${jobId} ended`),
    },
    onAway: () => void (away.count += 1),
    onDamagedModel: (name, reason) => damaged.push(`${name}: ${reason}`),
    clock: Date.now,
    log: pino({ level: 'silent' }),
    upload: (url) => {
      uploads.push(url);
      return Promise.resolve();
    },
    name: 'Test',
    agent: 'Yurt:0:test',
  });
  return { worker, jobs, submitted, uploads, states, pops, watched, damaged, away };
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
    const { worker, jobs, submitted, away } = rig({ generate: () => held.promise });
    jobs.push(job('a'), job('b'));
    worker.start();
    await expect.poll(() => worker.status.job?.id).toBe('a');
    worker.pause();
    expect(away.count).toBe(0);
    held.resolve(result);
    await expect.poll(() => worker.status.jobsDone).toBe(1);
    expect(worker.status).toMatchObject({ state: 'paused', job: null });
    await expect.poll(() => away.count).toBeGreaterThan(0);
    await worker.stop();
    expect(submitted.map(({ id }) => id)).toEqual(['a']);
  });

  it('stops a job whose request is cancelled, hands it back and takes the next', async () => {
    let isFirst = true;
    const { worker, jobs, submitted, watched } = rig({
      generate: (signal) => {
        const running = isFirst ? untilCancelled(signal) : Promise.resolve(result);
        isFirst = false;
        return running;
      },
    });
    jobs.push(job('a'), job('b'));
    worker.start();
    await expect.poll(() => worker.status.job?.id).toBe('a');
    worker.cancelJob('another');
    worker.cancelJob('a');
    await expect.poll(() => worker.status.jobsDone).toBe(1);
    await worker.stop();
    expect(submitted.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'faulted'],
      ['b', 'ok'],
    ]);
    expect(worker.status.jobsFaulted).toBe(0);
    expect(watched).toEqual(['a ended', 'b ended']);
  });

  it('does not begin a job that was cancelled before its pop was answered', async () => {
    const popped = Promise.withResolvers<void>();
    const aborted: boolean[] = [];
    const { worker, jobs, submitted } = rig({
      pop: () => popped.promise,
      generate: (signal) => {
        aborted.push(signal.aborted);
        return signal.aborted ? Promise.reject(new EngineError('cancelled', '')) : Promise.resolve(result);
      },
    });
    jobs.push(job('a'));
    worker.start();
    worker.cancelJob('a');
    popped.resolve();
    await expect.poll(() => submitted.length).toBe(1);
    await worker.stop();
    expect(aborted).toEqual([true]);
    expect(submitted).toMatchObject([{ id: 'a', state: 'faulted' }]);
  });

  it('offers a damaged model no more and says so once', async () => {
    const broken = { ...model, name: 'Broken' };
    const { worker, jobs, damaged, submitted } = rig({
      models: () => Promise.resolve([model, broken]),
      generate: () => Promise.reject(new EngineError('model_damaged', 'no graph')),
    });
    jobs.push({ ...job('a'), model: 'Broken' });
    worker.start();
    await expect.poll(() => submitted.length).toBe(1);
    await expect.poll(() => worker.status.models).toEqual(['Tiny']);
    await worker.stop();
    expect(damaged).toEqual(['Broken: no graph']);
    expect(worker.status.log.map(({ message }) => message)).toContain('no graph');
  });

  it('tells every step to who watches the job, and the interface at most five times a second', async () => {
    const steps = Array.from({ length: 100 }, (_, n) => n + 1);
    const { worker, jobs, states, watched } = rig({
      generate: (_signal, onProgress) => {
        for (const done of steps) onProgress({ done, expected: 100, preview: undefined });
        return Promise.resolve(result);
      },
    });
    jobs.push(job('a'));
    worker.start();
    await expect.poll(() => worker.status.jobsDone).toBe(1);
    await worker.stop();
    expect(watched).toEqual([...steps.map((done) => `a ${done}`), 'a ended']);
    expect(states.length).toBeLessThan(10);
  });

  it('makes the job that an earlier launch was killed in, and not one whose time is over', async () => {
    const inMemory = (left: PoppedJob | undefined) => {
      const kept: (string | undefined)[] = [];
      const memory: WorkerMemory = {
        recall: () => Promise.resolve(left),
        keep: (one) => Promise.resolve(void kept.push(one?.id)),
      };
      return { memory, kept };
    };
    const live = inMemory(readJob(job('left'), Date.now()));
    const first = rig({ memory: live.memory });
    first.jobs.push(job('new'));
    first.worker.start();
    await expect.poll(() => first.worker.status.jobsDone).toBe(2);
    await first.worker.stop();
    expect(first.submitted.map(({ id }) => id)).toEqual(['left', 'new']);
    expect(live.kept).toEqual(['left', undefined, 'new', undefined]);

    const late = inMemory(readJob(job('left'), Date.now() - 3_600_000));
    const second = rig({ memory: late.memory });
    second.worker.start();
    await expect.poll(() => second.pops.count).toBeGreaterThan(0);
    await second.worker.stop();
    expect(second.submitted).toEqual([]);
    expect(late.kept).toEqual([undefined]);
  });

  it('does not repeat what the horde refuses for good', async () => {
    const { worker, jobs, submitted } = rig({
      submit: ({ state }) =>
        state === 'ok'
          ? Promise.reject(new ProblemError(400, 'AbortedGen', 'too late'))
          : Promise.resolve({ reward: 0 }),
    });
    jobs.push(job('a'));
    worker.start();
    await expect.poll(() => submitted.length).toBe(2);
    await worker.stop();
    expect(submitted.map(({ state }) => state)).toEqual(['ok', 'faulted']);
  });
});
