import type { AppDatabase } from '#main/db/database.ts';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import { imageMatching } from '#shared/horde/jobs/image-match.ts';
import type { MatchKinds, MatchReasons } from '#shared/horde/jobs/matchings.ts';
import { textMatching } from '#shared/horde/jobs/text-match.ts';
import type { Profiles } from '#shared/horde/workers/profile.ts';
import type { Clock } from '#shared/common/clock.ts';
import { createQueue, type HordeQueue } from './queue.ts';

/** What waits, by its type. */
export type HordeQueues = {
  readonly [T in RequestType]: HordeQueue<MatchKinds[T], Profiles[T], MatchReasons[T]>;
};

export function createQueues(db: Pick<AppDatabase, 'read'>): HordeQueues {
  return { image: createQueue(db, imageMatching), text: createQueue(db, textMatching) };
}

/** Reads what waits. Call once before the first pop. */
export async function loadQueues({ image, text }: HordeQueues): Promise<void> {
  await Promise.all([image.load(), text.load()]);
}

/** Keeps the queues right where other processes hand out and accept work over the same database. */
export function followQueues(
  { image, text }: HordeQueues,
  db: Pick<AppDatabase, 'watch'>,
  clock: Clock,
): void {
  // A read that fails has lost its connection: the watch tells of everything once there is one again.
  const orLater = (reading: Promise<unknown>): void => void reading.catch(() => undefined);
  db.watch((change) => {
    const now = clock();
    if (change.table === 'everything') orLater(Promise.all([image.reload(now), text.reload(now)]));
    if (change.table !== 'horde_requests') return;
    // Whichever it is of: the other finds nothing.
    orLater(Promise.all([image.refresh(change.id, now), text.refresh(change.id, now)]));
  });
}
