import type { AppDatabase } from '#main/db/database.ts';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import type { Clock } from '#shared/common/clock.ts';
import type { ModelStats } from '#shared/horde/stats/schema.ts';
import { mergeStats } from './units.ts';

/** Jobs and what they amount to: pixelsteps or tokens. */
export interface Made {
  readonly jobs: number;
  readonly things: number;
}

export type Period = 'minute' | 'hour' | 'day' | 'month' | 'total';

export interface StatsService {
  totals(type: RequestType): Promise<Readonly<Record<Period, Made>>>;
  /** Jobs by model; names of models are somebody's own unless `isShown`. */
  models(type: RequestType, isShown: (model: string) => boolean): Promise<ModelStats>;
  /** Merges what is old. Call every now and then. */
  sweep(now: number): Promise<void>;
}

export interface StatsOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
}

const minuteMs = 60_000;
const spansMs: Readonly<Record<Exclude<Period, 'total'>, number>> = {
  minute: minuteMs,
  hour: 60 * minuteMs,
  day: 24 * 60 * minuteMs,
  month: 30 * 24 * 60 * minuteMs,
};
/** Answers are as old as that at most (`api.md` 1.9). */
const lastsMs = 50_000;
const mergeEveryMs = 10 * minuteMs;

interface Totals {
  readonly model: string;
  readonly made: Record<Period, Made>;
}

/** What the horde has made, since ever and lately (`api.md` 5.14). */
export function createStatsService({ db, clock }: StatsOptions): StatsService {
  const kept = new Map<RequestType, { at: number; totals: Promise<Totals[]> }>();
  let merged = Number.NEGATIVE_INFINITY;

  const sums = async (type: RequestType, since: number) =>
    db.read
      .selectFrom('horde_stats')
      .select((e) => ['model', e.fn.sum<number>('jobs').as('jobs'), e.fn.sum<number>('things').as('things')])
      .where('type', '=', type)
      .where('start', '>', since)
      .groupBy('model')
      .execute();
  const read = async (type: RequestType, now: number): Promise<Totals[]> => {
    const found = new Map<string, Totals>();
    const none = { jobs: 0, things: 0 };
    const of = (model: string): Totals => {
      const known = found.get(model);
      if (known) return known;
      const made = { minute: none, hour: none, day: none, month: none, total: none };
      const totals = { model, made };
      found.set(model, totals);
      return totals;
    };
    for (const [period, span] of Object.entries({ ...spansMs, total: Number.POSITIVE_INFINITY })) {
      // The entries of these spans are named by their periods.
      const name = period as Period;
      for (const { model, jobs, things } of await sums(type, span === Infinity ? -1 : now - span)) {
        of(model).made[name] = { jobs: Number(jobs), things: Number(things) };
      }
    }
    return [...found.values()];
  };
  const totalsOf = (type: RequestType): Promise<Totals[]> => {
    const now = clock();
    const known = kept.get(type);
    if (known && now - known.at < lastsMs) return known.totals;
    const totals = read(type, now);
    kept.set(type, { at: now, totals });
    totals.catch(() => kept.delete(type));
    return totals;
  };

  return {
    totals: async (type) => {
      const all = await totalsOf(type);
      const sum = (period: Period): Made => ({
        jobs: all.reduce((total, { made }) => total + made[period].jobs, 0),
        things: all.reduce((total, { made }) => total + made[period].things, 0),
      });
      return {
        minute: sum('minute'),
        hour: sum('hour'),
        day: sum('day'),
        month: sum('month'),
        total: sum('total'),
      };
    },
    models: async (type, isShown) => {
      const all = (await totalsOf(type)).filter(({ model }) => isShown(model));
      const jobs = (period: Period) =>
        Object.fromEntries(
          all.flatMap(({ model, made }) => (made[period].jobs > 0 ? [[model, made[period].jobs]] : [])),
        );
      return { day: jobs('day'), month: jobs('month'), total: jobs('total') };
    },
    sweep: async (now) => {
      if (now - merged < mergeEveryMs) return;
      merged = now;
      await db.write(() => mergeStats(db.query, now));
    },
  };
}
