import type { HordeQueue } from '#main/horde/queue/index.ts';
import type { Activity } from './activity.ts';
import type { ModelActivity, StatusSource } from './routes.ts';

/** The part of an online image worker that the status counts. */
export interface OnlineWorker {
  readonly isInMaintenance: boolean;
  /** Pixelsteps a second. */
  readonly speed: number;
  readonly profile: { readonly threads: number; readonly models: readonly string[] };
}

export interface StatusSourceOptions {
  readonly queue: Pick<HordeQueue, 'totals' | 'demand'>;
  /** Image workers that checked in within 300 s. */
  readonly online: () => Iterable<OnlineWorker>;
  readonly activity: Pick<Activity, 'thingsOfPastMinute' | 'speedOf'>;
  /** Names of the model reference. */
  readonly isKnown: (model: string) => boolean;
}

/** Live totals of queue, workers and finished jobs; all of them are in memory. */
export function createStatusSource(options: StatusSourceOptions): StatusSource {
  const { queue, activity } = options;
  const blank = (name: string): Mutable<ModelActivity> => ({
    name,
    threads: 0,
    pixelstepsPerSecond: 0,
    queuedPixelsteps: 0,
    queuedJobs: 0,
    isKnown: options.isKnown(name),
  });
  return {
    queuedImages() {
      const { requests, slots, running, things } = queue.totals();
      return { requests, jobs: slots + running, megapixelsteps: things / 1e6 };
    },
    onlineWorkers() {
      let [workers, threads] = [0, 0];
      for (const { profile } of options.online()) {
        workers += 1;
        threads += profile.threads;
      }
      return { workers, threads, pastMinuteMegapixelsteps: activity.thingsOfPastMinute() / 1e6 };
    },
    models() {
      const found = new Map<string, Mutable<ModelActivity>>();
      const of = (name: string) => {
        const model = found.get(name) ?? blank(name);
        found.set(name, model);
        return model;
      };
      for (const worker of options.online()) {
        if (worker.isInMaintenance) continue;
        for (const name of worker.profile.models) addWorker(of(name), worker);
      }
      for (const [name, { things, slots }] of queue.demand()) {
        const model = of(name);
        model.queuedPixelsteps = things;
        model.queuedJobs = slots;
      }
      for (const model of found.values()) {
        model.pixelstepsPerSecond = activity.speedOf(model.name) || model.pixelstepsPerSecond;
      }
      // Special models are nobody else's business; strangers' names appear only when somebody serves them.
      return [...found.values()].filter(
        ({ name, threads, isKnown }) => !name.includes('horde_special') && (threads > 0 || isKnown),
      );
    },
  };
}

/** Until jobs of the last hour tell the speed of a model, its workers do: their mean, weighted by threads. */
function addWorker(model: Mutable<ModelActivity>, worker: OnlineWorker): void {
  const { threads } = worker.profile;
  const sum = model.pixelstepsPerSecond * model.threads + worker.speed * threads;
  model.threads += threads;
  model.pixelstepsPerSecond = model.threads === 0 ? 0 : sum / model.threads;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
