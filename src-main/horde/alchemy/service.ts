import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { pictureKey } from '#main/horde/images/index.ts';
import { tidyDecoys } from './decoy-units.ts';
import { deleteExpiredAlchemy } from './expiry.ts';
import { type AlchemyPops, createAlchemyPops } from './pops.ts';
import { type AlchemyOptions, sourceKey } from './ports.ts';
import { type AlchemyRequests, createAlchemyRequests } from './requests.ts';
import { type AlchemySubmits, createAlchemySubmits } from './submits.ts';
import { failForm } from './units.ts';

/** What a sweep did. */
export interface AlchemySweep extends Readonly<Record<string, number>> {
  readonly givenUp: number;
  readonly expired: number;
}

export interface AlchemyService extends AlchemyRequests, AlchemyPops, AlchemySubmits {
  /** Forms that wait or run (`api.md` 5.10). */
  queuedForms(): Promise<number>;
  /** Gives up overdue forms and deletes expired requests. Call at start and every few seconds. */
  sweep(now: number): Promise<AlchemySweep>;
}

/** Requests that one commit ends. */
const batchSize = 100;

/** Alchemy: forms asked of pictures, from the request to the pay (`queue.md` 5). */
export function createAlchemyService(options: AlchemyOptions): AlchemyService {
  const { db, workers, images, clock } = options;
  // Nobody is to blame for what could not be delivered while this horde was away (`queue.md` 9.7).
  const startedAt = clock();

  const giveUp = async (now: number): Promise<number> => {
    const overdue = await db.read
      .selectFrom('horde_alchemy_forms')
      .select(['id', 'worker_id', 'deadline'])
      // A literal, for the index on the deadlines of running forms alone.
      .where('state', '=', sql.lit('processing'))
      .where('deadline', '<', now)
      .execute();
    const { isRaided } = options.modes();
    const failed = await Promise.all(
      overdue.map(({ id, deadline }) => {
        const isBlamed = (deadline ?? now) >= startedAt;
        const failure = { id, isBlamed, isRaided, now };
        return db.write(() => failForm(db.query, failure));
      }),
    );
    for (const { id } of overdue) images.drop(id);
    for (const id of new Set(overdue.map((form) => form.worker_id)))
      if (id !== null) await workers.refresh(id);
    return failed.filter((form) => form !== undefined).length;
  };
  const expire = async (now: number): Promise<number> => {
    let count = 0;
    for (;;) {
      const expired = await db.write(() => deleteExpiredAlchemy(db.query, now, batchSize));
      count += expired.length;
      for (const { id, pictureIds } of expired) {
        await images.remove('source', sourceKey(id));
        for (const pictureId of pictureIds) await images.remove('transient', pictureKey(pictureId));
      }
      if (expired.length < batchSize) return count;
      await nextTurn();
    }
  };

  return {
    ...createAlchemyRequests(options),
    ...createAlchemyPops(options),
    ...createAlchemySubmits(options),
    queuedForms: async () => {
      const found = await db.read
        .selectFrom('horde_alchemy_forms')
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('state', 'in', ['waiting', 'processing'])
        .executeTakeFirst();
      return Number(found?.n ?? 0);
    },
    sweep: async (now) => {
      const givenUp = await giveUp(now);
      const expired = await expire(now);
      for (const id of await db.write(() => tidyDecoys(db.query, now))) {
        await images.remove('source', sourceKey(id));
      }
      return { givenUp, expired };
    },
  };
}
