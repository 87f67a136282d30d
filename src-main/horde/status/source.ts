import type { RequestType } from '#main/db/tables/horde-work.ts';
import type { QueueFigures } from '#main/horde/queue/index.ts';
import type { Activity } from './activity.ts';
import type { ModelActivity, StatusSource } from './routes.ts';

/** The part of an online image or text worker that the status counts. */
export interface OnlineWorker {
  readonly isInMaintenance: boolean;
  /** Pixelsteps or tokens a second. */
  readonly speed: number;
  readonly profile: { readonly threads: number; readonly models: readonly string[] };
}

/** What the status reads of one type of work. */
export interface TypeFigures {
  readonly queue: Pick<QueueFigures, 'totals' | 'demand'>;
  /** Workers that checked in within 300 s. */
  readonly online: () => Iterable<OnlineWorker>;
  readonly activity: Pick<Activity, 'thingsOfPastMinute' | 'speedOf'>;
  /** Names of the model reference. */
  readonly isKnown: (model: string) => boolean;
}

export interface StatusSourceOptions {
  readonly types: Readonly<Record<RequestType, TypeFigures>>;
  /** Alchemists that checked in within 300 s. */
  readonly alchemists: () => Iterable<{ readonly profile: { readonly threads: number } }>;
  /** Forms that wait or run. */
  readonly queuedForms: () => number | Promise<number>;
}

/** Live totals of queue, workers and finished jobs; all of them are in memory. */
export function createStatusSource(options: StatusSourceOptions): StatusSource {
  return {
    queued: (type) => {
      const { requests, slots, running, things } = options.types[type].queue.totals();
      return { requests, jobs: slots + running, things };
    },
    online: (type) => powerOf(options.types[type].online()),
    alchemists: () => powerOf(options.alchemists()),
    queuedForms: () => Promise.resolve(options.queuedForms()),
    pastMinute: (type) => options.types[type].activity.thingsOfPastMinute(),
    models: (type) => modelsOf(type, options.types[type]),
  };
}

function powerOf(online: Iterable<{ readonly profile: { readonly threads: number } }>) {
  let [workers, threads] = [0, 0];
  for (const { profile } of online) {
    workers += 1;
    threads += profile.threads;
  }
  return { workers, threads };
}

function modelsOf(type: RequestType, { queue, online, activity, isKnown }: TypeFigures): ModelActivity[] {
  const found = new Map<string, Mutable<ModelActivity>>();
  const of = (name: string) => {
    const model = found.get(name) ?? blank(type, name, isKnown(name));
    found.set(name, model);
    return model;
  };
  for (const worker of online()) {
    if (worker.isInMaintenance) continue;
    for (const name of worker.profile.models) addWorker(of(name), worker);
  }
  for (const [name, { things, slots }] of queue.demand()) {
    const model = of(name);
    model.queuedThings = things;
    model.queuedJobs = slots;
  }
  for (const model of found.values()) {
    model.thingsPerSecond = activity.speedOf(model.name) || model.thingsPerSecond;
  }
  // Special models are nobody else's business; strangers' names appear only when somebody serves them.
  return [...found.values()].filter(
    ({ name, threads, isKnown: isOfReference }) =>
      !name.includes('horde_special') && (threads > 0 || isOfReference),
  );
}

const blank = (type: RequestType, name: string, isKnown: boolean): Mutable<ModelActivity> => ({
  type,
  name,
  threads: 0,
  thingsPerSecond: 0,
  queuedThings: 0,
  queuedJobs: 0,
  isKnown,
});

/** Until jobs of the last hour tell the speed of a model, its workers do: their mean, weighted by threads. */
function addWorker(model: Mutable<ModelActivity>, worker: OnlineWorker): void {
  const { threads } = worker.profile;
  const sum = model.thingsPerSecond * model.threads + worker.speed * threads;
  model.threads += threads;
  model.thingsPerSecond = model.threads === 0 ? 0 : sum / model.threads;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
