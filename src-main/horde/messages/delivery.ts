import type { AppDatabase } from '#main/db/database.ts';
import type { Clock } from '#shared/common/clock.ts';
import { rfc822 } from '#shared/horde/common/dates.ts';
import type { PopMessage } from '#shared/horde/jobs/schema.ts';

/** What waits for workers. */
type Waiting = ReadonlyArray<{ workerId: string | null; expiry: number; message: PopMessage }>;

/** Another process of this horde may have written one: what was read is good for that long. */
const lastsMs = 10_000;

/**
 * What every pop asks for: kept in memory, since thousands of pops ask while a message is written now and
 * then.
 */
export function createDelivery({ db, clock }: { readonly db: AppDatabase; readonly clock: Clock }) {
  let waiting: Promise<Waiting> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  const read = async (now: number): Promise<Waiting> => {
    const found = await db.read
      .selectFrom('horde_worker_messages')
      .selectAll()
      .where('expiry', '>', now)
      .orderBy('created')
      .orderBy('id')
      .execute();
    return found.map(({ id, worker_id: workerId, expiry, message, origin }) => ({
      workerId,
      expiry,
      message: { id, message, origin, expiry: rfc822(expiry) },
    }));
  };

  return {
    /** Reads anew with the next pop. */
    forget: (): void => {
      waiting = undefined;
    },
    /** The unexpired messages to a worker and to all, oldest first. */
    for: async (workerId: string): Promise<readonly PopMessage[]> => {
      const now = clock();
      if (waiting === undefined || now - readAt >= lastsMs) {
        readAt = now;
        waiting = read(now).catch((error: unknown) => {
          waiting = undefined;
          throw error;
        });
      }
      return (await waiting)
        .filter((it) => it.expiry > now && (it.workerId === null || it.workerId === workerId))
        .map((it) => it.message);
    },
  };
}
