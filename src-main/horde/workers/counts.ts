import { prepared } from '#main/db/prepared.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';
import type { WorkerPorts } from './ports.ts';

const keptSamples = 20;

export interface Fulfilment {
  readonly workerId: string;
  readonly kind: WorkerKind;
  /** Pixelsteps or tokens; 0 for a form. */
  readonly things: number;
  readonly rewardCents: number;
  /** How fast it was: things a second, or the seconds of a form. */
  readonly sample: number;
}

const countsOf = prepared((query, { id }: { id: string }) =>
  query
    .selectFrom('horde_workers')
    .select(['fulfilments', 'things', 'reward_cents', 'samples'])
    .where('id', '=', id),
);
interface Counts {
  readonly id: string;
  readonly fulfilments: number;
  readonly things: number;
  readonly reward_cents: number;
  readonly samples: string;
}
const storeCounts = prepared((query, { id, ...counts }: Counts) =>
  query.updateTable('horde_workers').set(counts).where('id', '=', id),
);

/** Counts a finished job for its worker and the worker's team. */
export function* countFulfilment(
  query: Query,
  job: Fulfilment,
  { teams }: Pick<WorkerPorts, 'teams'> = {},
): Work<void> {
  const { workerId, kind, things, rewardCents } = job;
  const worker = yield* row(countsOf(query, { id: workerId }));
  if (!worker) return;
  // Only this unit writes the column.
  const samples = [...(JSON.parse(worker.samples) as number[]), job.sample].slice(-keptSamples);
  yield* run(
    storeCounts(query, {
      id: workerId,
      fulfilments: worker.fulfilments + 1,
      things: worker.things + things,
      reward_cents: worker.reward_cents + rewardCents,
      samples: JSON.stringify(samples),
    }),
  );
  if (teams) yield* teams.credit(query, { workerId, kind, things, kudosCents: rewardCents, fulfilments: 1 });
}
