import type { Selectable } from 'kysely';
import { prepared } from '#main/db/prepared.ts';
import type { HordeJobTable, HordeRequestTable, RequestType } from '#main/db/tables/horde-work.ts';

const shown = [
  'id',
  'user_id',
  'shape',
  'things',
  'asked',
  'open_slots',
  'is_cancelled',
  'consumed_cents',
  'expiry',
] as const;
const progress = ['state', 'worker_id', 'started'] as const;

/** What is told of a request. */
export type RequestRow = Pick<Selectable<HordeRequestTable>, (typeof shown)[number]>;
export type JobRow = Selectable<HordeJobTable>;
/** How far a job is. What it made stays in the database: a check is asked for every second or so. */
export type JobProgress = Pick<JobRow, (typeof progress)[number]>;

export const liveRequest = prepared(
  (query, { id, type, now }: { id: string; type: RequestType; now: number }) =>
    query
      .selectFrom('horde_requests')
      .select(shown)
      .where('id', '=', id)
      .where('type', '=', type)
      .where('expiry', '>', now),
);

export const jobsOfRequest = prepared((query, { id }: { id: string }) =>
  query.selectFrom('horde_jobs').selectAll().where('request_id', '=', id).orderBy('slot'),
);

export const progressOfRequest = prepared((query, { id }: { id: string }) =>
  query.selectFrom('horde_jobs').select(progress).where('request_id', '=', id),
);
