import { EngineError, type ImageEngine } from '#main/platform/engine-clients.ts';
import { createThrottle, type EventHub } from '#main/studio/events/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { keepNewest } from '#shared/common/keep-newest.ts';
import type { ImageProgress, ImageResult } from '#shared/engine-protocol/image.ts';
import type { HordeClient } from '#shared/horde/client.ts';
import { workerOff, type WorkerStatus } from '#shared/studio/worker/schema.ts';
import { createDelivery, type DeliveryDeps } from './deliver.ts';
import { type PoppedJob, readJob } from './job.ts';
import type { WorkerMemory } from './memory.ts';

export interface LocalWorkerDeps extends Pick<DeliveryDeps, 'log' | 'upload'> {
  readonly client: Pick<HordeClient, 'generatePop' | 'generateSubmit'>;
  readonly engine: Pick<ImageEngine, 'models' | 'generate'>;
  readonly events: Pick<EventHub, 'publish'>;
  readonly clock: Clock;
  readonly name: string;
  readonly agent: string;
  /** Keeps the job in hand over a crash; without it such a job waits for its deadline. */
  readonly memory?: WorkerMemory;
  /** Hears of every job's progress, with its previews, and of its end. */
  readonly watch?: JobWatch;
  /** Told when the pause begins to count, so that the horde need not wait for this worker's silence. */
  readonly onAway?: () => void;
  /** Told once of a model whose files cannot be loaded; it is not offered any more. */
  readonly onDamagedModel?: (model: string, reason: string) => void;
}

/** Who follows the jobs of the local worker. */
export interface JobWatch {
  progressed(jobId: string, progress: ImageProgress): void;
  ended(jobId: string): void;
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
  /**
   * Stops a job between two steps and hands it back: its requester has cancelled. The API tells a
   * worker nothing of that, so that it is told by who cancelled. A job that it has not yet begun, or
   * never gets, may be named.
   */
  readonly cancelJob: (jobId: string) => void;
  /** Whether the engine could not load this model when a job asked for it. */
  readonly isDamaged: (model: string) => boolean;
  /** Hands a running job back and ends. */
  readonly stop: () => Promise<void>;
}

/** Largest area that the engine makes in bounded memory on an ordinary machine. */
const maxPixels = 1024 * 1024;
const idleMs = 1_000;
/** The engine looks through the model folders for its list: that need not be with every pop. */
const modelsLastMs = 10_000;
const logLines = 50;
/** Cancelled jobs that are remembered, since a job may be cancelled before its pop is answered. */
const rememberedCancels = 100;
const announceMs = 200;

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
  let status = workerOff;
  let activity: Activity = { state: 'off', reason: null };
  let isPaused = false;
  let isWoken = false;
  let loop: Promise<void> | undefined;
  let wakeUp: (() => void) | undefined;
  let told = '';
  let current: { readonly id: string; readonly cancel: AbortController } | undefined;
  let installed: { readonly at: number; readonly names: readonly string[] } | undefined;
  const cancelled = new Set<string>();
  const damaged = new Set<string>();

  const publish = (): void => {
    const text = JSON.stringify(status);
    if (text === told) return;
    told = text;
    deps.events.publish({ type: 'workerChanged', worker: status });
  };
  const announce = createThrottle(announceMs, publish);
  const change = (next: Change, doing: Activity = activity): void => {
    activity = doing;
    const shown: Activity = isPaused ? { state: 'paused', reason: 'by_owner' } : activity;
    const isSameActivity = status.state === shown.state && status.reason === shown.reason;
    status = { ...status, ...next, ...shown };
    if (isSameActivity) announce();
    else announce.flush();
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

  const generate = async (job: PoppedJob, cancelSignal: AbortSignal): Promise<ImageResult> => {
    const signal = AbortSignal.any([
      ending.signal,
      cancelSignal,
      AbortSignal.timeout(Math.max(0, job.deadlineMs - clock())),
    ]);
    const run = (): Promise<ImageResult> =>
      engine.generate(
        job.image,
        (progress) => {
          const { done, expected } = progress;
          if (status.job) change({ job: { ...status.job, step: done, steps: expected } });
          deps.watch?.progressed(job.id, progress);
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

  const delivery = createDelivery({ client, log, upload: deps.upload, ending: ending.signal });
  const deliver = async (job: PoppedJob, result: ImageResult): Promise<void> => {
    const reward = await delivery.deliver(job, result);
    for (const text of result.notes) note(text);
    change({ kudosEarned: status.kudosEarned + reward, jobsDone: status.jobsDone + 1 });
  };

  const giveBack = async (job: PoppedJob, error: unknown): Promise<void> => {
    if (cancelled.has(job.id)) {
      note('A job was stopped: its request was cancelled.');
    } else {
      log.warn({ err: error, jobId: job.id }, 'a job is handed back');
      note(error instanceof Error ? error.message : 'A job failed.');
      change({ jobsFaulted: status.jobsFaulted + 1 });
    }
    if (error instanceof EngineError && error.code === 'model_damaged' && !damaged.has(job.model)) {
      damaged.add(job.model);
      deps.onDamagedModel?.(job.model, error.message);
    }
    await delivery.giveBack(job);
  };

  const serve = async (job: PoppedJob): Promise<void> => {
    const started = { id: job.id, model: job.model, step: 0, steps: job.image.steps, startedAt: clock() };
    change({ job: started }, { state: 'working', reason: null });
    const cancel = new AbortController();
    current = { id: job.id, cancel };
    if (cancelled.has(job.id)) cancel.abort();
    await deps.memory?.keep(job);
    try {
      await deliver(job, await generate(job, cancel.signal));
    } catch (error) {
      await giveBack(job, error);
    }
    current = undefined;
    await deps.memory?.keep(undefined);
    cancelled.delete(job.id);
    deps.watch?.ended(job.id);
    change({ job: null }, { state: 'idle', reason: null });
  };

  const installedModels = async (): Promise<readonly string[]> => {
    if (installed && clock() - installed.at < modelsLastMs) return installed.names;
    const names = (await engine.models()).map(({ name }) => name);
    installed = names.length > 0 ? { at: clock(), names } : undefined;
    return names;
  };

  const turn = async (): Promise<void> => {
    const models = (await installedModels()).filter((name) => !damaged.has(name));
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

  /** Makes the job that an earlier launch was killed in, if the horde still waits for it. */
  const finishLeft = async (memory: WorkerMemory): Promise<void> => {
    const left = await memory.recall();
    if (!left) return;
    if (left.deadlineMs > clock()) await serve(left);
    else await memory.keep(undefined);
  };

  const work = async (): Promise<void> => {
    if (deps.memory) {
      await finishLeft(deps.memory).catch((error: unknown) =>
        log.warn({ err: error }, 'a job of an earlier launch is lost'),
      );
    }
    while (!ending.signal.aborted) {
      if (isPaused) {
        deps.onAway?.();
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

  const start = (): void => {
    if (loop) return;
    change({}, { state: 'starting', reason: null });
    loop = work();
  };

  return {
    get status() {
      return status;
    },
    start,
    wake,
    pause: () => {
      isPaused = true;
      change({});
      wake();
      return status;
    },
    resume: () => {
      isPaused = false;
      change({});
      // It may have been left off at the start.
      start();
      wake();
      return status;
    },
    isDamaged: (model) => damaged.has(model),
    cancelJob: (jobId) => {
      cancelled.add(jobId);
      keepNewest(cancelled, rememberedCancels);
      if (current?.id === jobId) current.cancel.abort();
    },
    stop: async () => {
      ending.abort();
      wake();
      await loop;
      announce.flush();
    },
  };
}
