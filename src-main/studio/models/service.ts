import type { Logger } from 'pino';
import type { ImageEngine } from '#main/platform/engine-clients.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { ImageModelInfo } from '#shared/engine-protocol/image.ts';
import type { HordeClient } from '#shared/horde/client.ts';
import type { ActiveModel } from '#shared/horde/status/schema.ts';
import { type StudioModel, StudioModelList } from '#shared/studio/models/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';

/** Image models that can be asked for on the home horde. */
export interface ModelsService {
  /** Models on this computer first, then by how many workers offer them. */
  list(): Promise<StudioModel[]>;
}

/** What the horde says when nobody serves a model (`api.md` 3.11). */
const unknownEta = 10_000;
/** For models that are not on this computer: a size and settings that every image model takes. */
const generic = {
  nativeWidth: 512,
  nativeHeight: 512,
  defaults: { steps: 20, cfgScale: 7, sampler: 'k_euler', karras: true },
} as const;

export function createModelsService(deps: {
  client: Pick<HordeClient, 'statusModels'>;
  engine: Pick<ImageEngine, 'models'>;
  log: Logger;
  /** A model on this computer whose files turned out to be no graphs: it is left out. */
  isDamaged?: (model: string) => boolean;
}): ModelsService {
  /** One side that is away leaves the other's models. */
  const orNone = <T>(what: string, models: Promise<readonly T[]>): Promise<readonly T[]> =>
    models.catch((error: unknown) => {
      deps.log.warn({ err: error }, `no models from the ${what}`);
      return [];
    });
  return {
    list: async () => {
      const [local, active] = await Promise.all([
        orNone('engine', deps.engine.models()),
        orNone('horde', deps.client.statusModels({ type: 'image' })),
      ]);
      const whole = local.filter(({ name }) => deps.isDamaged?.(name) !== true);
      return mergeModels(whole, active);
    },
  };
}

export function modelRoutes(service: ModelsService) {
  return (app: AppFastify): void => {
    app.get(appRoutes.models, { schema: { response: { 200: StudioModelList } } }, async () => ({
      models: await service.list(),
    }));
  };
}

function mergeModels(local: readonly ImageModelInfo[], active: readonly ActiveModel[]): StudioModel[] {
  const onHorde = new Map(active.map((model) => [model.name, model]));
  const onDisk = new Map(local.map((model) => [model.name, model]));
  const names = new Set([...onDisk.keys(), ...onHorde.keys()]);
  return [...names]
    .map((name) => modelOf(name, onDisk.get(name), onHorde.get(name)))
    .toSorted(
      (a, b) =>
        Number(b.isLocal) - Number(a.isLocal) || b.workers - a.workers || a.name.localeCompare(b.name),
    );
}

function modelOf(
  name: string,
  local: ImageModelInfo | undefined,
  active: ActiveModel | undefined,
): StudioModel {
  const { nativeWidth, nativeHeight, defaults } = local ?? generic;
  return {
    name,
    description: local?.description ?? '',
    workers: active?.count ?? 0,
    queuedJobs: Math.round(active?.jobs ?? 0),
    etaSeconds: active === undefined || active.eta >= unknownEta ? null : active.eta,
    isLocal: local !== undefined,
    nativeWidth,
    nativeHeight,
    defaults: { ...defaults },
  };
}
