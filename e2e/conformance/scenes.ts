import sharp from 'sharp';
import { asObject, type Account, type World } from './world.ts';

/** What most cases of the queue begin with: requests that wait, and workers that took them. */

const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: { r: 9, g: 90, b: 200 } } })
  .webp()
  .toBuffer();

/** A small finished picture, in base64. */
export const smallPicture = async (): Promise<string> => (await picture).toString('base64');

/** Models of their own keep the cases of one operation from the jobs of another. */
export const modelOf = (world: World): string => world.name('model');

/** The body of a small image request. */
export const imageBody = (model: string) => ({
  prompt: 'a lighthouse',
  models: [model],
  params: { width: 64, height: 64, steps: 1 },
});

/** The body of a small text request. */
export const textBody = (model: string) => ({
  prompt: 'Once upon a time',
  models: [model],
  params: { max_length: 16, max_context_length: 1024 },
});

/** An image request that waits. @returns its id */
export async function imageRequest(world: World, model: string, extra: object = {}): Promise<string> {
  const { key } = await world.account();
  const made = await world.do('POST /generate/async', {
    key,
    body: { ...imageBody(model), ...extra },
  });
  return String(made['id']);
}

export async function textRequest(world: World, model: string, extra: object = {}): Promise<string> {
  const { key } = await world.account();
  const made = await world.do('POST /generate/text/async', {
    key,
    body: { ...textBody(model), ...extra },
  });
  return String(made['id']);
}

export const imageOffer = (world: World, model: string) => ({
  name: world.name('dreamer'),
  models: [model],
  max_pixels: 1_048_576,
});

export const textOffer = (world: World, model: string) => ({
  name: world.name('scribe'),
  models: [model],
  max_length: 512,
  max_context_length: 4096,
});

/** A job that somebody's worker has taken. */
export interface TakenJob {
  readonly requestId: string;
  readonly jobId: string;
  readonly owner: Account;
}

/** An image job at work with a worker of its own owner. */
export async function imageJob(world: World, extra: object = {}): Promise<TakenJob> {
  const model = modelOf(world);
  const owner = await world.account();
  const requestId = await imageRequest(world, model, extra);
  const taken = await world.do('POST /generate/pop', { key: owner.key, body: imageOffer(world, model) });
  return { requestId, jobId: jobOf(taken), owner };
}

export async function textJob(world: World): Promise<TakenJob> {
  const model = modelOf(world);
  const owner = await world.account();
  const requestId = await textRequest(world, model);
  const taken = await world.do('POST /generate/text/pop', { key: owner.key, body: textOffer(world, model) });
  return { requestId, jobId: jobOf(taken), owner };
}

function jobOf(taken: Record<string, unknown>): string {
  if (typeof taken['id'] === 'string') return taken['id'];
  throw new Error(`no job came: ${JSON.stringify(asObject(taken['skipped']))}`);
}
