import type { AppDatabase } from '#main/db/database.ts';
import type { Clock } from '#shared/common/clock.ts';
import type { ModelActivity, StatusSource } from './routes.ts';

/** The part of an online image worker that the status counts. */
export interface OnlineWorker {
  readonly isInMaintenance: boolean;
  /** Pixelsteps a second. */
  readonly speed: number;
  readonly profile: { readonly threads: number; readonly models: readonly string[] };
}

export interface StatusSourceOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  /** Image workers that checked in within 300 s. */
  readonly online: () => readonly OnlineWorker[];
  /** Names of the model reference. */
  readonly isKnown: (model: string) => boolean;
}

/** Live totals from the queue's tables and the workers in memory. */
export function createStatusSource(options: StatusSourceOptions): StatusSource {
  const { db, online } = options;
  const unfinished = () =>
    db.read
      .selectFrom('horde_requests')
      .where('is_cancelled', '=', 0)
      .where('expiry', '>', options.clock())
      .where('open_slots', '>', 0);
  return {
    async queuedImages() {
      const waiting = await unfinished().select(['things', 'open_slots']).execute();
      const running = await db.read
        .selectFrom('horde_jobs')
        .innerJoin('horde_requests', 'horde_requests.id', 'horde_jobs.request_id')
        .select('horde_requests.things')
        .where('horde_jobs.state', '=', 'processing')
        .execute();
      const waitingJobs = waiting.reduce((sum, request) => sum + request.open_slots, 0);
      const pixelsteps =
        waiting.reduce((sum, request) => sum + request.things * request.open_slots, 0) +
        running.reduce((sum, job) => sum + job.things, 0);
      return {
        requests: waiting.length,
        jobs: waitingJobs + running.length,
        megapixelsteps: pixelsteps / 1e6,
      };
    },
    onlineWorkers() {
      const workers = online();
      const threads = workers.reduce((sum, worker) => sum + worker.profile.threads, 0);
      return Promise.resolve({ workers: workers.length, threads, pastMinuteMegapixelsteps: 0 });
    },
    async models() {
      const queued = await unfinished()
        .innerJoin('horde_request_models', 'horde_request_models.request_id', 'horde_requests.id')
        .select(['horde_request_models.model', 'things', 'open_slots'])
        .execute();
      const activity = new Map<string, ModelActivity>();
      const blank = (name: string): ModelActivity => ({
        name,
        threads: 0,
        pixelstepsPerSecond: 0,
        queuedPixelsteps: 0,
        queuedJobs: 0,
        isKnown: options.isKnown(name),
      });
      for (const worker of online()) {
        if (worker.isInMaintenance) continue;
        for (const name of worker.profile.models) {
          const known = activity.get(name) ?? blank(name);
          activity.set(name, withWorker(known, worker));
        }
      }
      for (const request of queued) {
        const known = activity.get(request.model) ?? blank(request.model);
        activity.set(request.model, {
          ...known,
          queuedPixelsteps: known.queuedPixelsteps + request.things * request.open_slots,
          queuedJobs: known.queuedJobs + request.open_slots,
        });
      }
      return [...activity.values()].filter((model) => model.threads > 0 || model.isKnown);
    },
  };
}

/** The mean speed a thread, weighted by threads. */
function withWorker(model: ModelActivity, worker: OnlineWorker): ModelActivity {
  const threads = model.threads + worker.profile.threads;
  const perThread = model.pixelstepsPerSecond * model.threads + worker.speed * worker.profile.threads;
  return { ...model, threads, pixelstepsPerSecond: threads === 0 ? 0 : perThread / threads };
}
