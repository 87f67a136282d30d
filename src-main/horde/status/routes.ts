import { Type } from 'typebox';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem, ProblemError } from '#shared/common/problem.ts';
import { ActiveModel, Heartbeat, ModelPath, ModelsQuery, Performance } from '#shared/horde/status/schema.ts';

/** What the status routes ask of requests, jobs and workers. */
export interface StatusSource {
  /** Waiting and running jobs of unfinished requests. */
  queuedImages(): { requests: number; jobs: number; megapixelsteps: number };
  /** Image workers that checked in within 300 s. */
  onlineWorkers(): { workers: number; threads: number; pastMinuteMegapixelsteps: number };
  /** Models that online workers offer or that requests name. */
  models(): readonly ModelActivity[];
}

export interface ModelActivity {
  readonly name: string;
  /** Threads of online workers that offer it. */
  readonly threads: number;
  /** Pixelsteps a second a thread over the last hour; 0 without data. */
  readonly pixelstepsPerSecond: number;
  readonly queuedPixelsteps: number;
  readonly queuedJobs: number;
  /** In the model reference, and not somebody's own. */
  readonly isKnown: boolean;
}

export interface StatusRoutesServices {
  readonly source: StatusSource;
  /** Fails when the database does not answer. */
  readonly probe: () => Promise<unknown>;
  readonly version: string;
}

const unservedEta = 10_000;

/** `GET /status/*` of `api.md` 5.10. */
export function statusRoutes(api: AppFastify, services: StatusRoutesServices): void {
  heartbeatRoutes(api, services);
  modelRoutes(api, services);
}

function heartbeatRoutes(api: AppFastify, { source, probe, version }: StatusRoutesServices): void {
  api.get(
    '/api/v2/status/heartbeat',
    { schema: { operationId: 'get_heartbeat', response: { 200: Heartbeat } } },
    async (request) => {
      try {
        await probe();
        const [queued, online] = [source.queuedImages(), source.onlineWorkers()];
        return {
          message: 'OK' as const,
          version,
          queue: queued.jobs,
          threads: online.threads,
          active_count: online.workers,
          db_connection: true,
        };
      } catch (error) {
        request.log.error({ err: error }, 'the heartbeat could not read the database');
        const nothing = { queue: 0, threads: 0, active_count: 0, db_connection: false };
        return { message: 'DOWN' as const, version, ...nothing };
      }
    },
  );
  api.get(
    '/api/v2/status/performance',
    { schema: { operationId: 'get_horde_load', response: { 200: Performance } } },
    () => {
      const [queued, online] = [source.queuedImages(), source.onlineWorkers()];
      return {
        queued_requests: queued.jobs,
        queued_text_requests: 0,
        queued_megapixelsteps: queued.megapixelsteps,
        queued_tokens: 0,
        queued_forms: 0,
        worker_count: online.workers,
        thread_count: online.threads,
        text_worker_count: 0,
        text_thread_count: 0,
        interrogator_count: 0,
        interrogator_thread_count: 0,
        past_minute_megapixelsteps: online.pastMinuteMegapixelsteps,
        past_minute_tokens: 0,
      };
    },
  );
}

function modelRoutes(api: AppFastify, { source }: StatusRoutesServices): void {
  api.get(
    '/api/v2/status/models',
    {
      schema: {
        operationId: 'get_models',
        querystring: ModelsQuery,
        response: { 200: Type.Array(ActiveModel), 400: Problem },
      },
    },
    ({ query }) => {
      const state = query.model_state ?? 'all';
      if (state !== 'all' && state !== 'known' && state !== 'custom') {
        throw new ProblemError(400, 'BadRequest', 'model_state is all, known or custom.');
      }
      if (query.type === 'text') return [];
      const min = Number(query.min_count ?? Number.NEGATIVE_INFINITY);
      const max = Number(query.max_count ?? Number.POSITIVE_INFINITY);
      const models = source.models();
      return models
        .filter((model) => state === 'all' || model.isKnown === (state === 'known'))
        .filter((model) => model.threads >= min && model.threads <= max)
        .map((model) => activeModel(model));
    },
  );
  api.get(
    '/api/v2/status/models/:model_name',
    {
      schema: {
        operationId: 'get_model_single',
        params: ModelPath,
        response: { 200: Type.Array(ActiveModel) },
      },
    },
    ({ params }) => {
      const name = decodeAgain(params.model_name);
      const models = source.models();
      return models.filter((model) => model.name === name).map((model) => activeModel(model));
    },
  );
}

/** Clients encode the slashes of a name twice; a name that was encoded once is left as it is. */
function decodeAgain(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function activeModel(model: ModelActivity): ActiveModel {
  const speed = model.threads * model.pixelstepsPerSecond;
  const eta = speed > 0 ? Math.trunc(model.queuedPixelsteps / speed) : unservedEta;
  return {
    name: model.name,
    count: model.threads,
    performance: model.pixelstepsPerSecond,
    queued: model.queuedPixelsteps,
    jobs: model.queuedJobs,
    eta: model.queuedPixelsteps === 0 ? 0 : eta,
    type: 'image',
  };
}
