import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { AppDatabase } from '#main/db/database.ts';
import type { EventHub } from '#main/studio/events/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { createLane } from '#shared/common/lane.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { ImageProgress } from '#shared/engine-protocol/image.ts';
import {
  type Creation,
  type CreationEstimate,
  type CreationInput,
  idleProgress,
  isTerminal,
} from '#shared/studio/creations/schema.ts';
import { createLiveJobs } from './live.ts';
import { payloadOf } from './payload.ts';
import type { PictureDeps } from './pictures.ts';
import { createCreationsRepository, type StoredCreation } from './repository.ts';
import { type Run, type RunDeps, startRun } from './run.ts';
import { failureOf } from './sending.ts';

/** What was asked for from the studio: stored first, then sent, followed and saved, over restarts. */
export interface CreationsService {
  /** Stores it durably; it is sent after that. @throws ProblemError 400 */
  create(input: CreationInput): Promise<Creation>;
  /** Price by a dry run. @throws ProblemError with the horde's reason, 503 when that does not answer */
  estimate(input: CreationInput): Promise<CreationEstimate>;
  /** The newest and all that run, newest first. */
  list(): Promise<Creation[]>;
  /** @throws ProblemError 404 */
  get(id: string): Promise<Creation>;
  /** Cancels and keeps what is finished; answers soon, even when the horde does not. */
  cancel(id: string): Promise<Creation>;
  /** The same input again, as a new creation. */
  retry(id: string): Promise<Creation>;
  /** Removes a card that is over; its pictures stay. @throws ProblemError 404, 409 */
  remove(id: string): Promise<void>;
  /** The newest preview of the picture in the making. @throws ProblemError 404 */
  preview(id: string): Promise<Uint8Array>;
  /** The own worker's jobs: told by the home horde and by the worker. */
  readonly jobs: {
    readonly started: (job: { jobId: string; requestId: string }) => void;
    readonly progressed: (jobId: string, progress: ImageProgress) => void;
    readonly ended: (jobId: string) => void;
  };
  /** Goes on with everything that an earlier launch left. Call once the horde can be asked. */
  resume(): Promise<void>;
  /** Stops following; the next launch goes on. */
  readonly stop: () => Promise<void>;
}

export interface CreationsDeps extends Omit<PictureDeps, 'connection'> {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventHub;
  readonly client: RunDeps['client'];
  readonly connection: { readonly id: string; readonly name: string; readonly url: string };
  /** Whether the own worker makes pictures with this model for this horde (`decisions.md` 41). */
  readonly isMadeHere: (model: string) => boolean;
  readonly stopJob: (jobId: string) => void;
}

const listedCount = 50;
const cancelAnswerMs = 150;

export function createCreationsService(deps: CreationsDeps): CreationsService {
  const { clock, connection, events } = deps;
  const rows = createCreationsRepository(deps.db);
  const runs = new Map<string, Run>();
  const lane = createLane();
  const runOf = (requestId: string): Run | undefined =>
    [...runs.values()].find((run) => run.requestId === requestId);
  const live = createLiveJobs(
    (requestId) => runOf(requestId)?.announce(),
    () => performance.now(),
  );
  const publish = (creation: Creation): void => events.publish({ type: 'creationChanged', creation });

  const start = (stored: StoredCreation): void => {
    const run = startRun({ ...deps, rows, lane, live, publish }, stored);
    runs.set(stored.creation.id, run);
    void run.ended.finally(() => runs.delete(stored.creation.id));
  };
  const get = async (id: string): Promise<Creation> => {
    const creation = runs.get(id)?.view() ?? (await rows.find(id))?.creation;
    if (creation) return creation;
    throw new ProblemError(404, 'CreationNotFound', 'This request is not in the list any more.');
  };
  const create = async (input: CreationInput): Promise<Creation> => {
    payloadOf(input);
    const creation = newCreation(input, connection.id, clock());
    const stored = { creation, sending: null, wantsCancel: false };
    await rows.insert(stored);
    publish(creation);
    start(stored);
    return creation;
  };
  const unsubscribe = forgetErased(events, rows.forgetImage, get, publish, deps.log);

  return {
    create,
    estimate: async (input) => {
      const payload = payloadOf(input);
      const answer = await deps.client.generateAsync({ ...payload, dry_run: true }).catch(refusalOf);
      return {
        kudos: answer.kudos,
        kudosPerImage: Math.round((100 * answer.kudos) / input.count) / 100,
        isFree: deps.isMadeHere(input.model),
        warnings: (answer.warnings ?? []).map(({ code, message }) => ({ code, message })),
      };
    },
    list: async () => {
      const listed = new Map((await rows.newest(listedCount)).map(({ creation }) => [creation.id, creation]));
      for (const [id, run] of runs) listed.set(id, run.view());
      return [...listed.values()].toSorted(
        (a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
      );
    },
    get,
    cancel: async (id) => {
      const run = runs.get(id);
      if (run) {
        await run.cancel();
        const { promise: soon, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, cancelAnswerMs);
        await Promise.race([run.ended, soon]);
        clearTimeout(timer);
      }
      return get(id);
    },
    retry: async (id) => create((await get(id)).input),
    remove: async (id) => {
      const creation = await get(id);
      if (!isTerminal(creation) || !(await rows.removeOver(id))) {
        throw new ProblemError(409, 'CreationRunning', 'This request still runs. Cancel it first.');
      }
      events.publish({ type: 'creationRemoved', id });
    },
    preview: async (id) => {
      const { requestId } = await get(id);
      const preview = requestId === null ? undefined : live.previewOf(requestId);
      if (preview) return preview;
      throw new ProblemError(404, 'NoPreview', 'There is no preview of this request now.');
    },
    jobs: {
      started: (job) => {
        live.started(job);
        runOf(job.requestId)?.nudge();
      },
      progressed: live.progressed,
      ended: (jobId) => {
        const requestId = live.ended(jobId);
        if (requestId !== undefined) runOf(requestId)?.nudge();
      },
    },
    resume: async () => {
      for (const stored of await rows.running()) start(stored);
    },
    stop: async () => {
      unsubscribe();
      const open = [...runs.values()];
      for (const run of open) run.stop();
      await Promise.all(open.map((run) => run.ended));
    },
  };
}

function newCreation(input: CreationInput, connectionId: string, now: number): Creation {
  return {
    id: randomUUID(),
    connectionId,
    createdAt: now,
    state: 'unsent',
    input,
    requestId: null,
    progress: { ...idleProgress, finished: 0, waiting: input.count, restarted: 0, queuePosition: 0 },
    imageIds: [],
    kudos: { expected: null, used: 0 },
    warnings: [],
    problem: null,
  };
}

/** A picture that is erased from the gallery leaves the card that shows it. */
function forgetErased(
  events: EventHub,
  forget: (imageId: string) => Promise<string | undefined>,
  get: (id: string) => Promise<Creation>,
  publish: (creation: Creation) => void,
  log: Logger,
): () => void {
  const subscription = events.subscribe(({ event }) => {
    if (event.type !== 'imageChanged' || event.image !== null) return;
    forget(event.id)
      .then(async (creationId) => {
        if (creationId !== undefined) publish(await get(creationId));
      })
      .catch((error: unknown) => log.warn({ err: error }, 'an erased picture stays on its card'));
  });
  return () => subscription.unsubscribe();
}

/** The horde's refusal in the studio's own statuses: a 401 of a horde must not sign the interface out. */
function refusalOf(error: unknown): never {
  const failure = failureOf(error);
  const refused = failure.kind === 'refused' && failure.status === 400 ? 400 : 409;
  const status = { unclear: 503, later: 429, refused }[failure.kind];
  const errors = error instanceof ProblemError && error.errors ? { errors: error.errors } : {};
  throw new ProblemError(status, failure.problem.code, failure.problem.message, errors);
}
