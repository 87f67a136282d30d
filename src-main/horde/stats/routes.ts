import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem, ProblemError } from '#shared/common/problem.ts';
import {
  ImageModelStats,
  ImageTotals,
  ModelStatsQuery,
  TextModelStats,
  TextTotals,
} from '#shared/horde/stats/schema.ts';
import type { Made, Period, StatsService } from './service.ts';

export interface StatsRoutesServices {
  readonly stats: StatsService;
  /** Whether an image model is in the model reference. */
  readonly isKnown: (model: string) => boolean;
}

/** `/stats` of the v2 API (`api.md` 5.14). */
export function statsRoutes(api: AppFastify, { stats, isKnown }: StatsRoutesServices): void {
  api.get(
    '/stats/img/totals',
    { schema: { operationId: 'get_image_horde_stats_totals', response: { 200: ImageTotals } } },
    async () => byPeriod(await stats.totals('image'), ({ jobs, things }) => ({ images: jobs, ps: things })),
  );
  api.get(
    '/stats/img/models',
    {
      schema: {
        operationId: 'get_image_horde_stats_models',
        querystring: ModelStatsQuery,
        response: { 200: ImageModelStats, 400: Problem },
      },
    },
    ({ query }) => {
      const state = query.model_state ?? 'known';
      if (state !== 'all' && state !== 'known' && state !== 'custom') {
        throw new ProblemError(400, 'BadRequest', 'model_state is known, custom or all.');
      }
      return stats.models('image', (model) => state === 'all' || isKnown(model) === (state === 'known'));
    },
  );
  api.get(
    '/stats/text/totals',
    { schema: { operationId: 'get_text_horde_stats_totals', response: { 200: TextTotals } } },
    async () =>
      byPeriod(await stats.totals('text'), ({ jobs, things }) => ({ requests: jobs, tokens: things })),
  );
  api.get(
    '/stats/text/models',
    { schema: { operationId: 'get_text_horde_stats_models', response: { 200: TextModelStats } } },
    () => stats.models('text', () => true),
  );
}

function byPeriod<V>(totals: Readonly<Record<Period, Made>>, show: (made: Made) => V): Record<Period, V> {
  const { minute, hour, day, month, total } = totals;
  return {
    minute: show(minute),
    hour: show(hour),
    day: show(day),
    month: show(month),
    total: show(total),
  };
}
