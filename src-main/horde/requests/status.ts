import type { Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { HordeJobTable, HordeRequestTable } from '#main/db/tables/horde-work.ts';
import type { ImagesService } from '#main/horde/images/index.ts';
import type { WorkersService } from '#main/horde/workers/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { refusalOf } from '#shared/horde/jobs/match.ts';
import type { RequestShape } from '#shared/horde/requests/rules.ts';
import type { Generation, RequestStatusCheck } from '#shared/horde/requests/schema.ts';
import { statusCounts } from '#shared/horde/requests/states.ts';

export type RequestRow = Selectable<HordeRequestTable>;
export type JobRow = Selectable<HordeJobTable>;

export function shapeOf(row: Pick<RequestRow, 'shape'>): RequestShape {
  // Only the accepting unit writes this column.
  return JSON.parse(row.shape) as RequestShape;
}

interface Place {
  readonly position: number;
  /** Pixelsteps and slots up to and with the request. */
  readonly things: number;
  readonly slots: number;
}

export interface StatusReader {
  check(row: RequestRow, jobs: readonly JobRow[]): Promise<RequestStatusCheck>;
  isPossible(row: RequestRow): boolean;
}

/** Reads what status answers say of the queue (`queue.md` 1.12, 1.13). */
export function createStatusReader(db: AppDatabase, workers: WorkersService, clock: Clock): StatusReader {
  let queue: { at: number; lastsMs: number; places: ReadonlyMap<string, Place> } | undefined;
  const verdicts = new Map<string, { version: number; at: number; isPossible: boolean }>();

  const places = async () => {
    if (queue && clock() - queue.at < queue.lastsMs) return queue.places;
    const began = performance.now();
    const fresh = await readPlaces(db);
    // A long queue is read less often, so that following it never takes more than a twentieth of the time.
    queue = { at: clock(), lastsMs: Math.max(1000, 20 * (performance.now() - began)), places: fresh };
    return fresh;
  };
  const isPossible = (row: RequestRow) => {
    if (row.expiry <= clock()) return false;
    const known = verdicts.get(row.id);
    const online = workers.online();
    if (known && known.version === workers.version() && clock() - known.at < 60_000) return known.isPossible;
    const shape = shapeOf(row);
    const verdict = online.some((worker) => refusalOf(shape, row.user_id, worker) === undefined);
    if (verdicts.size > 10_000) verdicts.clear();
    verdicts.set(row.id, { version: workers.version(), at: clock(), isPossible: verdict });
    return verdict;
  };
  return {
    isPossible,
    check: async (row, jobs) => {
      const processing = jobs.filter((job) => job.state === 'processing');
      const counts = statusCounts({
        open: row.open_slots,
        asked: row.asked,
        processing: processing.length,
        finished: jobs.filter((job) => job.state === 'completed').length,
        restarted: jobs.filter((job) => job.state === 'faulted').length,
        isCancelled: row.is_cancelled === 1,
      });
      const place = row.open_slots > 0 ? (await places()).get(row.id) : undefined;
      const online = workers.online();
      const speeds = new Map(online.map((worker) => [worker.id, worker.speed]));
      const running = processing.map((job) => {
        const speed = speeds.get(job.worker_id) ?? 1_000_000;
        return Math.max(0, row.things / speed - (clock() - job.started) / 1000);
      });
      const wait = (place ? waitSeconds(place, online) : 0) + Math.max(0, ...running);
      return {
        ...counts,
        queue_position: place?.position ?? 0,
        wait_time: counts.done ? 0 : Math.round(wait),
        kudos: Math.round(row.consumed_cents / 100),
        is_possible: processing.length > 0 || (!counts.faulted && isPossible(row)),
      };
    },
  };
}

function waitSeconds(place: Place, online: ReturnType<WorkersService['online']>): number {
  const threads = online.reduce((sum, worker) => sum + worker.profile.threads, 0);
  const mean = online.reduce((sum, worker) => sum + worker.speed, 0) / Math.max(1, online.length);
  return place.things / (mean * Math.min(threads, place.slots) || 1_000_000);
}

async function readPlaces(db: AppDatabase): Promise<ReadonlyMap<string, Place>> {
  const waiting = await db.read
    .selectFrom('horde_requests')
    .select(['id', 'things', 'open_slots'])
    .where('open_slots', '>', 0)
    .orderBy('score', 'desc')
    .orderBy('seq')
    .execute();
  const places = new Map<string, Place>();
  let [things, slots] = [0, 0];
  for (const [index, row] of waiting.entries()) {
    things += row.things * row.open_slots;
    slots += row.open_slots;
    places.set(row.id, { position: index + 1, things, slots });
  }
  return places;
}

/** The finished pictures of a request, each with a fresh link or as base64. */
export function generationsOf(
  jobs: readonly JobRow[],
  images: ImagesService,
  options: { base: string; r2: boolean },
): Promise<Generation[]> {
  const imageOf = async (job: JobRow) => {
    if (job.has_picture === 0) return 'N/A';
    if (options.r2) return images.downloadLink(options.base, 'transient', `${job.id}.webp`);
    const bytes = await images.read('transient', `${job.id}.webp`);
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
