import type { Selectable } from 'kysely';
import type { HordeJobTable, HordeRequestTable } from '#main/db/tables/horde-work.ts';
import { type ImagesService, pictureKey } from '#main/horde/images/index.ts';
import { type HordeQueue, type Place, shapeOf } from '#main/horde/queue/index.ts';
import type { LiveWorkers } from '#main/horde/workers/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { baselineSpeed } from '#shared/horde/jobs/match.ts';
import type { RequestShape } from '#shared/horde/requests/rules.ts';
import type { Generation, RequestStatusCheck } from '#shared/horde/requests/schema.ts';
import { statusCounts } from '#shared/horde/requests/states.ts';

export type RequestRow = Selectable<HordeRequestTable>;
export type JobRow = Selectable<HordeJobTable>;

export interface StatusReader {
  check(row: RequestRow, jobs: readonly JobRow[]): RequestStatusCheck;
}

export interface StatusReaderOptions {
  readonly queue: HordeQueue;
  readonly live: LiveWorkers;
  readonly isFeasible: (shape: RequestShape, userId: number) => boolean;
  readonly clock: Clock;
}

/** Reads what status answers say of the queue (`queue.md` 1.12, 1.13). */
export function createStatusReader({ queue, live, isFeasible, clock }: StatusReaderOptions): StatusReader {
  return {
    check: (row, jobs) => {
      const processing = jobs.filter((job) => job.state === 'processing');
      const counts = statusCounts({
        open: row.open_slots,
        asked: row.asked,
        processing: processing.length,
        finished: jobs.filter((job) => job.state === 'completed').length,
        restarted: jobs.filter((job) => job.state === 'faulted').length,
        isCancelled: row.is_cancelled === 1,
      });
      const place = row.open_slots > 0 ? queue.place(row.id) : undefined;
      const running = processing.map((job) => {
        const speed = live.get(job.worker_id)?.speed ?? baselineSpeed;
        return Math.max(0, row.things / speed - (clock() - job.started) / 1000);
      });
      const wait = (place ? waitSeconds(place, live.power()) : 0) + Math.max(0, ...running);
      const isPossible = () => row.expiry > clock() && isFeasible(shapeOf(row), row.user_id);
      return {
        ...counts,
        queue_position: place?.position ?? 0,
        wait_time: counts.done ? 0 : Math.round(wait),
        kudos: Math.round(row.consumed_cents / 100),
        is_possible: processing.length > 0 || (!counts.faulted && isPossible()),
      };
    },
  };
}

function waitSeconds(place: Place, power: { threads: number; meanSpeed: number }): number {
  return place.things / (power.meanSpeed * Math.min(power.threads, place.slots) || baselineSpeed);
}

/** The finished pictures of a request, each with a fresh link or as base64. */
export function generationsOf(
  jobs: readonly JobRow[],
  images: ImagesService,
  options: { base: string; r2: boolean },
): Promise<Generation[]> {
  const imageOf = async (job: JobRow) => {
    if (job.has_picture === 0) return 'N/A';
    const key = pictureKey(job.id);
    if (options.r2) return images.downloadLink(options.base, 'transient', key);
    const bytes = await images.read('transient', key);
    return bytes ? Buffer.from(bytes).toString('base64') : 'N/A';
  };
  return Promise.all(
    jobs
      .filter((job) => job.state === 'completed')
      .map(async (job) => ({
        img: await imageOf(job),
        seed: job.seed ?? '0',
        id: job.id,
        censored: job.is_censored === 1,
        // Validated by the submit's schema before it was stored.
        gen_metadata: JSON.parse(job.metadata) as Generation['gen_metadata'],
        worker_id: job.worker_id,
        worker_name: job.worker_name,
        model: job.model,
        state: 'ok' as const,
      })),
  );
}
