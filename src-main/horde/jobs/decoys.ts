import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import type { HordeQueue } from '#main/horde/queue/index.ts';
import { priceOf } from '#main/horde/requests/index.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import { deriveImageRequest, type RequestShape } from '#shared/horde/requests/rules.ts';
import { decoyPrompts } from './decoy-prompts.ts';
import { type Assignment, ttlOf } from './units.ts';

const everyMs = 30_000;
/** Requests that are looked at for one that this worker was not tricked with. */
const maxLooks = 50;
const keptMs = 20 * 60_000;
const sizes: ReadonlyArray<readonly [number, number]> = [
  [512, 512],
  [512, 768],
  [768, 512],
  [768, 768],
  [1024, 1024],
];

export interface DecoyDeps {
  readonly db: AppDatabase;
  readonly queue: HordeQueue;
  readonly random: () => number;
}

/**
 * A hidden job for a paused worker (`accounts-and-safety.md` PAU-01 to 03): only when a real request
 * waits that it could do, at most one in 30 seconds, never two for one request. Prompt and parameters
 * are made up; nothing of the request is in it.
 */
export async function issueDecoy(
  deps: DecoyDeps,
  worker: LiveWorker,
  now: number,
): Promise<Assignment | undefined> {
  const { db, queue, random } = deps;
  if (await db.readUnit(() => isTooEarly(db.query, worker.id, now))) return undefined;
  const shape = decoyShape(worker, random);
  const candidates = queue.candidates({ ...worker, isPaused: false }, []);
  const waiting: string[] = [];
  for (const entry of candidates) {
    if (entry.userId !== worker.ownerId) waiting.push(entry.id);
    if (waiting.length >= maxLooks) break;
  }
  if (waiting.length === 0) return undefined;
  const decoy = { id: randomUUID(), shape, now, ttlSeconds: ttlOf(shape, worker) };
  const occasion = await db.write(() => storeDecoy(db.query, worker, waiting, decoy));
  if (occasion === undefined) return undefined;
  const seed = shape.seed ?? Math.floor(random() * 2 ** 32);
  const model = shape.models[0] ?? '';
  return {
    requestId: occasion,
    shape,
    sources: null,
    ids: [decoy.id],
    model,
    seed,
    ttlSeconds: decoy.ttlSeconds,
  };
}

/** @returns the request that occasions it, or nothing when it is too early or all were used */
function* storeDecoy(
  query: Query,
  worker: LiveWorker,
  waiting: readonly string[],
  decoy: { id: string; shape: RequestShape; now: number; ttlSeconds: number },
): Work<string | undefined> {
  const { now } = decoy;
  if (yield* isTooEarly(query, worker.id, now)) return undefined;
  for (const requestId of waiting) {
    const stored = yield* run(
      query
        .insertInto('horde_decoys')
        .values({
          id: decoy.id,
          worker_id: worker.id,
          worker_owner_id: worker.ownerId,
          request_id: requestId,
          state: 'processing',
          started: now,
          deadline: now + decoy.ttlSeconds * 1000,
          reward_cents: priceOf(decoy.shape).rewardCents,
          digest: null,
        })
        .onConflict((conflict) => conflict.columns(['worker_id', 'request_id']).doNothing()),
    );
    if (stored === 1) return requestId;
  }
  return undefined;
}

function* isTooEarly(query: Query, workerId: string, now: number): Work<boolean> {
  const newest = yield* row(
    query
      .selectFrom('horde_decoys')
      .select((e) => e.fn.max('started').as('started'))
      .where('worker_id', '=', workerId),
  );
  return typeof newest?.started === 'number' && now - newest.started < everyMs;
}

function decoyShape(worker: LiveWorker, random: () => number): RequestShape {
  const { models, maxPixels } = worker.profile;
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const fitting = sizes.filter(([width, height]) => width * height <= maxPixels);
  const side = Math.max(64, 64 * Math.floor(Math.sqrt(Math.max(0, maxPixels)) / 64));
  const [width, height] = pick(fitting) ?? [side, side];
  return deriveImageRequest(
    {
      prompt: pick(decoyPrompts) ?? '',
      models: [pick(models) ?? ''],
      params: {
        width,
        height,
        steps: 20 + Math.floor(random() * 11),
        cfg_scale: 5 + Math.floor(random() * 6) / 2,
        sampler_name: pick(['k_euler_a', 'k_euler', 'k_dpmpp_2m'] as const) ?? 'k_euler_a',
      },
    },
    random,
  );
}

/** Forgets decoys once they and the requests that occasioned them are long over. */
export function* forgetDecoys(query: Query, now: number): Work<void> {
  yield* run(
    query
      .deleteFrom('horde_decoys')
      .where('deadline', '<', now - keptMs)
      .where((e) =>
        e.not(
          e.exists(
            e
              .selectFrom('horde_requests')
              .select('id')
              .whereRef('horde_requests.id', '=', 'horde_decoys.request_id'),
          ),
        ),
      ),
  );
}
