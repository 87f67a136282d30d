import { openDatabase } from '#main/db/database.ts';
import { settleJob } from '../settlements.ts';
import { someTime } from './bench.ts';

/**
 * A process for `crash.test.ts`: settles jobs in the database of its argument, many at a time and without
 * end, and tells the id of each that is on disk, a line each.
 */
const [, , file = ''] = process.argv;
const db = await openDatabase(file);
const settle = async (jobId: string): Promise<void> => {
  await db.write(() =>
    settleJob(db.query, {
      kind: 'image',
      jobId,
      requestId: `request of ${jobId}`,
      requesterId: 1,
      workerOwnerId: 2,
      priceCents: 1386,
      rewardCents: 1225,
      now: someTime,
    }),
  );
  process.stdout.write(`${jobId}\n`);
};
for (let round = 0; ; round += 1) {
  await Promise.all(Array.from({ length: 7 }, (_, at) => settle(`${round}-${at}`)));
}
