import type { RequestType } from '#main/db/tables/horde-work.ts';
import { type ImagesService, pictureKey } from '#main/horde/images/index.ts';
import { type Place, type QueueFigures, shapeOf } from '#main/horde/queue/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import type { Generation, RequestStatusCheck } from '#shared/horde/requests/schema.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';
import { statusCounts } from '#shared/horde/requests/states.ts';
import type { TextGeneration } from '#shared/horde/requests/text-schema.ts';
import type { Feasibility } from './feasible.ts';
import type { JobProgress, JobRow, RequestRow } from './reads.ts';

export interface StatusReader {
  check(row: RequestRow, jobs: readonly JobProgress[]): RequestStatusCheck;
}

export interface StatusReaderOptions<T extends RequestType> {
  readonly type: T;
  readonly queue: Pick<QueueFigures, 'place'>;
  /** Online workers of the type. */
  readonly live: {
    get(id: string): { readonly speed: number } | undefined;
    power(): { readonly threads: number; readonly meanSpeed: number };
  };
  /** Speed of a worker that nothing is known of, in things a second. */
  readonly baselineSpeed: number;
  readonly isFeasible: Feasibility<Shapes[T]>;
  readonly clock: Clock;
}

/** Reads what status answers say of the queue (`queue.md` 1.12, 1.13). */
export function createStatusReader<T extends RequestType>(options: StatusReaderOptions<T>): StatusReader {
  const { type, queue, live, baselineSpeed, clock } = options;
  const waitSeconds = (place: Place): number => {
    const { threads, meanSpeed } = live.power();
    return place.things / (meanSpeed * Math.min(threads, place.slots) || baselineSpeed);
  };
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
      const wait = (place ? waitSeconds(place) : 0) + Math.max(0, ...running);
      const isPossible = () => row.expiry > clock() && options.isFeasible(shapeOf(type, row), row.user_id);
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

/** The finished pictures of a request, each with a fresh link or as base64. */
export function picturesOf(
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

/** The finished texts of a request. */
export function textsOf(jobs: readonly JobRow[]): TextGeneration[] {
  return jobs
    .filter((job) => job.state === 'completed')
    .map((job) => {
      // Validated by the submit's schema before it was stored.
      const metadata = JSON.parse(job.metadata) as TextGeneration['gen_metadata'];
      return {
        text: job.text ?? '',
        seed: Number(job.seed ?? 0),
        gen_metadata: metadata,
        worker_id: job.worker_id,
        worker_name: job.worker_name,
        model: job.model,
        state: textStateOf(job.is_censored === 1, metadata),
      };
    });
}

/** What a finished text is shown as (`api.md` 3.2). */
export function textStateOf(
  isCensored: boolean,
  metadata: TextGeneration['gen_metadata'],
): TextGeneration['state'] {
  if (metadata.some((entry) => entry.value === 'csam')) return 'csam';
  return isCensored ? 'censored' : 'ok';
}
