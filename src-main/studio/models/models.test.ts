import { pino } from 'pino';
import { expect, it } from 'vitest';
import { EngineError } from '#main/platform/engine-clients.ts';
import { createFastify } from '#main/server/fastify-base.ts';
import type { ImageModelInfo } from '#shared/engine-protocol/image.ts';
import type { ActiveModel } from '#shared/horde/status/schema.ts';
import { createModelsService, modelRoutes } from './index.ts';

const tiny: ImageModelInfo = {
  name: 'Tiny',
  id: 'tiny',
  baseline: 'stable diffusion 1',
  nativeWidth: 128,
  nativeHeight: 128,
  defaults: { steps: 8, cfgScale: 3, sampler: 'k_dpmpp_2m', karras: false },
  nsfw: false,
  description: 'Small and quick.',
  sizeBytes: 1,
};
const active = (name: string, count: number, eta: number): ActiveModel => ({
  name,
  count,
  eta,
  performance: 1,
  queued: 1,
  jobs: 2,
  type: 'image',
});

async function ask(
  local: () => Promise<ImageModelInfo[]>,
  horde: () => Promise<ActiveModel[]>,
  isDamaged = (_model: string) => false,
) {
  const log = pino({ level: 'silent' });
  const server = createFastify({ log, unknownKeys: 'refuse' });
  modelRoutes(
    createModelsService({ engine: { models: local }, client: { statusModels: horde }, log, isDamaged }),
  )(server);
  const answer = await server.inject('/app/models');
  await server.close();
  return answer.json().models;
}

it('joins the models of the horde and of this computer', async () => {
  const models = await ask(
    () => Promise.resolve([tiny]),
    () => Promise.resolve([active('Rare', 1, 10_000), active('Popular', 9, 40), active('Tiny', 1, 5)]),
  );
  expect(models.map((model: { name: string }) => model.name)).toEqual(['Tiny', 'Popular', 'Rare']);
  expect(models[0]).toEqual({
    name: 'Tiny',
    description: 'Small and quick.',
    workers: 1,
    queuedJobs: 2,
    etaSeconds: 5,
    isLocal: true,
    nativeWidth: 128,
    nativeHeight: 128,
    defaults: tiny.defaults,
  });
  expect(models[1]).toMatchObject({ isLocal: false, etaSeconds: 40, nativeWidth: 512 });
  expect(models[2].etaSeconds).toBeNull();
});

it('shows what one side has while the other is away', async () => {
  const away = () => Promise.reject(new EngineError('engine_died', 'gone'));
  const ours = await ask(() => Promise.resolve([tiny]), away);
  expect(ours).toMatchObject([{ name: 'Tiny', workers: 0, etaSeconds: null }]);
  const theirs = await ask(away, () => Promise.resolve([active('Popular', 9, 40)]));
  expect(theirs).toMatchObject([{ name: 'Popular', isLocal: false }]);
});

it('leaves out what could not be loaded', async () => {
  const broken = { ...tiny, name: 'Broken' };
  const models = await ask(
    () => Promise.resolve([tiny, broken]),
    () => Promise.resolve([]),
    (model) => model === 'Broken',
  );
  expect(models.map((model: { name: string }) => model.name)).toEqual(['Tiny']);
});
