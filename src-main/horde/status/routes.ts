import { Type } from 'typebox';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem, ProblemError } from '#shared/common/problem.ts';
import { ActiveModel, Heartbeat, ModelPath, ModelsQuery, Performance } from '#shared/horde/status/schema.ts';

/** Online workers of a kind. */
export interface OnlinePower {
  readonly workers: number;
  readonly threads: number;
}

/** What the status routes ask of requests, jobs and workers. */
export interface StatusSource {
  /** Waiting and running jobs of unfinished requests; `things` are pixelsteps or tokens. */
  queued(type: RequestType): { requests: number; jobs: number; things: number };
  /** Workers that checked in within 300 s. */
  online(type: RequestType): OnlinePower;
  alchemists(): OnlinePower;
  /** Forms that wait or run. */
  queuedForms(): Promise<number>;
  /** Pixelsteps or tokens delivered in the last 60 seconds. */
  pastMinute(type: RequestType): number;
  /** Models that online workers offer or that requests name. */
  models(type: RequestType): readonly ModelActivity[];
}

export interface ModelActivity {
  readonly type: RequestType;
  readonly name: string;
  /** Threads of online workers that offer it. */
  readonly threads: number;
  /** Pixelsteps or tokens a second a thread over the last hour; 0 without data. */
  readonly thingsPerSecond: number;
  readonly queuedThings: number;
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
        const [image, text] = [source.online('image'), source.online('text')];
        const alchemists = source.alchemists();
        return {
          message: 'OK' as const,
          version,
          queue: source.queued('image').jobs + source.queued('text').jobs,
          threads: image.threads + text.threads + alchemists.threads,
          active_count: image.workers + text.workers + alchemists.workers,
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
    async () => {
      const [images, texts] = [source.queued('image'), source.queued('text')];
      const [dreamers, scribes] = [source.online('image'), source.online('text')];
      const alchemists = source.alchemists();
      return {
        queued_requests: images.jobs,
        queued_text_requests: texts.jobs,
        queued_megapixelsteps: images.things / 1e6,
        queued_tokens: texts.things,
        queued_forms: await source.queuedForms(),
        worker_count: dreamers.workers,
        thread_count: dreamers.threads,
        text_worker_count: scribes.workers,
        text_thread_count: scribes.threads,
        interrogator_count: alchemists.workers,
        interrogator_thread_count: alchemists.threads,
        past_minute_megapixelsteps: source.pastMinute('image') / 1e6,
        past_minute_tokens: source.pastMinute('text'),
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
      const min = Number(query.min_count ?? Number.NEGATIVE_INFINITY);
      const max = Number(query.max_count ?? Number.POSITIVE_INFINITY);
      return source
        .models(query.type ?? 'image')
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
      const models = [...source.models('image'), ...source.models('text')];
      const found = models.find((model) => model.name === name);
      return found ? [activeModel(found)] : [];
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
  const speed = model.threads * model.thingsPerSecond;
  const eta = speed > 0 ? Math.trunc(model.queuedThings / speed) : unservedEta;
  return {
    name: model.name,
    count: model.threads,
    performance: model.thingsPerSecond,
    queued: model.queuedThings,
    jobs: model.queuedJobs,
    eta: model.queuedThings === 0 ? 0 : eta,
    type: model.type,
  };
}
