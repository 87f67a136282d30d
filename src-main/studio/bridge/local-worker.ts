import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { EngineError, type ImageEngine } from '#main/platform/engine-clients.ts';
import type { EventHub } from '#main/studio/events/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import type { ImageResult } from '#shared/engine-protocol/image.ts';
import type { HordeClient } from '#shared/horde/client.ts';
import type { SubmitInput } from '#shared/horde/jobs/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { type PoppedJob, readJob } from './job.ts';

export interface LocalWorkerDeps {
  readonly client: Pick<HordeClient, 'generatePop' | 'generateSubmit'>;
  readonly engine: Pick<ImageEngine, 'models' | 'generate'>;
  readonly events: Pick<EventHub, 'publish'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Puts picture bytes to a signed link; throws when it is refused. */
  readonly upload: (url: string, webp: Uint8Array, signal: AbortSignal) => Promise<void>;
  readonly name: string;
  readonly agent: string;
}

/** The worker that serves the home horde from this machine, over HTTP like any other. */
export interface LocalWorker {
  readonly status: WorkerStatus;
  start(): void;
  /** Looks for a job now instead of at the next turn. */
  readonly wake: () => void;
  /** Takes no more jobs; one that runs is finished. */
  pause(): WorkerStatus;
  resume(): WorkerStatus;
  /** Hands a running job back and ends. */
  readonly stop: () => Promise<void>;
}

/** Largest area that the engine makes in bounded memory on an ordinary machine. */
const maxPixels = 1024 * 1024;
const idleMs = 1_000;
const retryMs = [500, 2_000, 8_000];
const logLines = 50;

type Change = Partial<Omit<WorkerStatus, 'log' | 'state' | 'reason'>>;

/** What the loop does; the owner's pause is shown instead of it, whatever the loop comes to next. */
type Activity = Pick<WorkerStatus, 'state' | 'reason'>;

/**
 * pop → engine → upload → submit, one job at a time. The engine dying costs one more try while the
 * job's deadline allows it; every job that was popped is submitted, finished or faulted (`worker.md` 1).
 */
export function createLocalWorker(deps: LocalWorkerDeps): LocalWorker {
  const { client, engine, clock, log } = deps;
  const ending = new AbortController();
  let status: WorkerStatus = {
    state: 'off',
    reason: null,
    models: [],
    job: null,
    kudosEarned: 0,
    jobsDone: 0,
    jobsFaulted: 0,
    log: [],
  };
  let activity: Activity = { state: 'off', reason: null };
  let isPaused = false;
  let isWoken = false;
  let loop: Promise<void> | undefined;
  let wakeUp: (() => void) | undefined;

  const change = (next: Change, doing: Activity = activity): void => {
    activity = doing;
    const shown: Activity = isPaused ? { state: 'paused', reason: 'by_owner' } : activity;
    status = { ...status, ...next, ...shown };
    deps.events.publish({ type: 'workerChanged', worker: status });
  };
  const note = (message: string): void => {
    status = { ...status, log: [...status.log, { at: clock(), message }].slice(-logLines) };
  };
  const wake = (): void => {
    isWoken = true;
    wakeUp?.();
  };
  /** Waits for the time or the next wake, or not at all when one came since the last rest. */
  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        wakeUp = undefined;
        isWoken = false;
        resolve();
      };
      const timer = setTimeout(done, ms);
      wakeUp = done;
      if (isWoken || ending.signal.aborted) done();
    });

  const generate = async (job: PoppedJob): Promise<ImageResult> => {
    const signal = AbortSignal.any([
      ending.signal,
      AbortSignal.timeout(Math.max(0, job.deadlineMs - clock())),
    ]);
    const run = (): Promise<ImageResult> =>
      engine.generate(
        job.image,
        ({ done, expected }) => {
          const { job: current } = status;
          if (current) change({ job: { ...current, step: done, steps: expected } });
        },
        signal,
      );
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'engine_died')) throw error;
      note('The engine ended in a job; it is made once more.');
      return run();
    }
  };

  /** Repeats what a horde that stumbles may refuse once; a submit may be repeated safely. */
  const persist = async <R>(action: () => Promise<R>): Promise<R> => {
    for (const ms of retryMs) {
      try {
        return await action();
      } catch (error) {
        if (ending.signal.aborted) throw error;
        log.warn({ err: error }, 'the horde did not take a result; it is sent again');
        await delay(ms, undefined, { signal: ending.signal });
      }
    }
    return action();
  };

  const deliver = async (job: PoppedJob, result: ImageResult): Promise<void> => {
    const [picture] = result.pictures;
    if (!picture) throw new EngineError('internal', 'the engine gave no picture');
    const { uploadUrl } = job;
    const submit: SubmitInput = {
      id: job.id,
      seed: job.image.seed,
      state: 'ok',
      generation: uploadUrl === undefined ? Buffer.from(picture.webp).toString('base64') : 'R2',
      gen_metadata: result.notes.map((ref) => ({
        type: 'information' as const,
        value: 'see_ref' as const,
        ref: ref.slice(0, 255),
      })),
    };
    const { reward } = await persist(async () => {
      if (uploadUrl !== undefined) await deps.upload(uploadUrl, picture.webp, ending.signal);
      return client.generateSubmit(submit);
    });
    for (const text of result.notes) note(text);
    change({ kudosEarned: status.kudosEarned + reward, jobsDone: status.jobsDone + 1 });
  };

  const giveBack = async (job: PoppedJob, error: unknown): Promise<void> => {
    log.warn({ err: error, jobId: job.id }, 'a job is handed back');
    note(error instanceof Error ? error.message : 'A job failed.');
    change({ jobsFaulted: status.jobsFaulted + 1 });
    await client
      .generateSubmit({ id: job.id, seed: job.image.seed, state: 'faulted', generation: 'faulted' })
      .catch((refusal: unknown) => log.warn({ err: refusal }, 'the horde did not take the job back'));
  };

  const serve = async (job: PoppedJob): Promise<void> => {
    const started = { id: job.id, model: job.model, step: 0, steps: job.image.steps, startedAt: clock() };
    change({ job: started }, { state: 'working', reason: null });
    try {
      await deliver(job, await generate(job));
    } catch (error) {
      await giveBack(job, error);
    }
    change({ job: null }, { state: 'idle', reason: null });
  };

  const turn = async (): Promise<void> => {
    const models = (await engine.models()).map((model) => model.name);
    change({ models }, { state: 'idle', reason: null });
    if (isPaused) return;
    const answer = await client.generatePop({
      name: deps.name,
      bridge_agent: deps.agent,
      models,
      max_pixels: maxPixels,
      nsfw: true,
      threads: 1,
      amount: 1,
      allow_img2img: false,
      allow_painting: false,
      allow_post_processing: false,
      allow_controlnet: false,
      allow_lora: false,
    });
    const job = readJob(answer, clock());
    if (job) await serve(job);
    else await rest(idleMs);
  };

  const work = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      if (isPaused) {
        await rest(60_000);
        continue;
      }
      try {
        await turn();
      } catch (error) {
        log.warn({ err: error }, 'the local worker could not look for a job');
        const reason = error instanceof EngineError ? error.code : 'horde_unreachable';
        change({}, { state: 'error', reason });
        await rest(idleMs * 5);
      }
    }
    change({ job: null }, { state: 'off', reason: null });
  };

  return {
    get status() {
      return status;
    },
    start: () => {
      if (loop) return;
      change({}, { state: 'starting', reason: null });
      loop = work();
    },
    wake,
    pause: () => {
      isPaused = true;
      change({});
      return status;
    },
    resume: () => {
      isPaused = false;
      change({});
      wake();
      return status;
    },
    stop: async () => {
      ending.abort();
      wake();
      await loop;
    },
  };
}
