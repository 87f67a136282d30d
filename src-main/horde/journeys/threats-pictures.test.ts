import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
// oxlint-disable-next-line no-restricted-imports -- the test makes and inspects pictures itself
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaEngine } from '#main/platform/engine-clients.ts';
import { createMediaEngine } from '#main/platform/engine-supervisor.ts';
import { forkEngine } from '#main/platform/fork-engine.ts';
import { accepted, askImage, statusOf } from './testing/requester.ts';
import { openTown, type Person, type Town } from './testing/town.ts';
import { createWorker, type Held, type Worker } from './testing/worker.ts';

const entry = fileURLToPath(new URL('../../engine.ts', import.meta.url));

let folder: string;
let media: MediaEngine;
let town: Town;
let ada: Person;
let dreamer: Worker;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yurt-threats-'));
  media = createMediaEngine({
    spawn: (role) => forkEngine(entry, role, () => undefined),
    log: { info: () => undefined, warn: () => undefined },
    tempDir: join(folder, 'temp'),
  });
  town = await openTown({ media });
  ada = await town.addPerson({ id: 5, flags: { is_trusted: 1 } });
  dreamer = createWorker(town, 'image', { name: 'Dreamer', owner: ada });
});
afterAll(async () => {
  await town.close();
  await media.stop();
  await rm(folder, { recursive: true, force: true });
});

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG of one colour and one bit a pixel: few bytes, however large. */
function bomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const pixels = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#48c' } });

/** An animation of so many frames. */
async function animation(frames: number): Promise<Buffer> {
  const raw = Buffer.alloc(8 * 8 * frames * 3, 7);
  const strip = sharp(raw, { raw: { width: 8, height: 8 * frames, channels: 3, pageHeight: 8 } });
  return strip.webp({ loop: 0 }).toBuffer();
}

async function take(): Promise<{ held: Held; id: string }> {
  const asked = accepted(await askImage(town, ada));
  const [held] = await dreamer.pop();
  if (!held) throw new Error('nothing to do');
  return { held, id: asked.id };
}

const put = (held: Held, payload: Buffer) => town.http({ method: 'PUT', to: held.upload ?? '', payload });
const submit = (held: Held, generation = 'R2') =>
  town.call('POST', '/generate/submit', { id: held.id, generation, seed: 1, state: 'ok' }, ada.key);

describe('pictures that are bombs (T-THR-09)', () => {
  const cases: Array<[string, () => Buffer | Promise<Buffer>]> = [
    ['one of 20,000 × 20,000 pixels in 50 KiB', () => bomb(20_000)],
    [
      'a picture that ends in the middle',
      async () => (await plain(512, 512).png().toBuffer()).subarray(0, 300),
    ],
    ['a header without a picture', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['an animation of GIF', () => plain(64, 64).gif().toBuffer()],
    ['an AVIF', () => plain(64, 64).avif().toBuffer()],
    ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['a TIFF', () => plain(64, 64).tiff().toBuffer()],
  ];

  it.each(cases)('%s is refused as source, inline, as result and in alchemy', async (_what, make) => {
    const picture = await make();
    const before = process.memoryUsage().rss;
    const source_image = picture.toString('base64');
    const image = { prompt: 'a hill', models: ['tiny'], source_image };
    expect((await town.call('POST', '/generate/async', image, ada.key)).status).toBe(400);
    const alchemy = { source_image, forms: [{ name: 'caption' }] };
    expect((await town.call('POST', '/interrogate/async', alchemy, ada.key)).status).toBe(400);
    const { held } = await take();
    const uploaded = (await put(held, picture)).status;
    expect([200, 415]).toContain(uploaded);
    expect((await submit(held)).body.rc).toBe('ImageValidationFailed');
    expect((await submit(held, source_image)).body.rc).toBe('ImageValidationFailed');
    expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(50);
    // The job is still the worker's.
    await put(held, await plain(512, 512).webp().toBuffer());
    expect((await submit(held)).status).toBe(200);
  });

  it('of many frames count as one', async () => {
    const { held, id } = await take();
    await put(held, await animation(500));
    expect((await submit(held)).status).toBe(200);
    const { body } = await statusOf(town, { id, kind: 'image' });
    const made = await town.http({ method: 'GET', to: body.generations[0].img });
    const { pages, width, height } = await sharp(made.bytes).metadata();
    expect([pages ?? 1, width, height]).toEqual([1, 8, 8]);
  });

  it('larger than what was asked for are refused', async () => {
    const { held } = await take();
    await put(held, await plain(4096, 4096).webp().toBuffer());
    expect((await submit(held)).body.rc).toBe('ImageValidationFailed');
    await put(held, await plain(512, 512).webp().toBuffer());
    expect((await submit(held)).status).toBe(200);
  });
});

describe('what pictures carry (T-THR-10)', () => {
  const place = {
    IFD0: { Copyright: 'somebody at home' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
  };

  it('is gone from results and from sources, place and profile included', async () => {
    const tagged = await plain(512, 512)
      .withExif(place)
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .jpeg()
      .toBuffer();
    expect((await sharp(tagged).metadata()).exif).toBeDefined();
    const { held, id } = await take();
    await put(held, tagged);
    expect((await submit(held)).status).toBe(200);
    const { body } = await statusOf(town, { id, kind: 'image' });
    const links: string[] = [body.generations[0].img];
    const image = { prompt: 'a hill', models: ['tiny'], source_image: tagged.toString('base64') };
    expect((await town.call('POST', '/generate/async', image, ada.key)).status).toBe(202);
    const popped = (await dreamer.offer()).body;
    links.push(popped.source_image);
    for (const to of links) {
      const { bytes, headers } = await town.http({ method: 'GET', to });
      expect(headers['content-type']).toBe('image/webp');
      const { format, exif, xmp, icc } = await sharp(bytes).metadata();
      expect({ format, exif, xmp, icc }).toEqual({ format: 'webp' });
      expect(bytes.includes('somebody at home')).toBe(false);
    }
  });

  it('is no second file: what stands behind a picture is cut off', async () => {
    const { held, id } = await take();
    const page = '<html><script>alert(1)</script>';
    const polyglot = Buffer.concat([await plain(512, 512).jpeg().toBuffer(), Buffer.from(page)]);
    await put(held, polyglot);
    expect((await submit(held)).status).toBe(200);
    const { body } = await statusOf(town, { id, kind: 'image' });
    const made = await town.http({ method: 'GET', to: body.generations[0].img });
    expect(made.bytes.includes('<script>')).toBe(false);
    // Turned around, it begins like no picture.
    const next = await take();
    expect((await put(next.held, Buffer.from(`${page}\u0089PNG`))).status).toBe(415);
  });
});

describe('links for uploads (T-THR-36)', () => {
  it('open for one job, until it is settled or the time is over, for pictures of a size', async () => {
    const { held } = await take();
    const { held: other } = await take();
    const picture = await plain(512, 512).webp().toBuffer();
    const link = held.upload ?? '';
    const tryLink = async (to: string, payload = picture, method = 'PUT') =>
      (await town.http({ method, to, ...(method === 'PUT' ? { payload } : {}) })).status;
    expect(await tryLink(link.replace(held.id, other.id))).toBe(403);
    expect(await tryLink(link.replace(/e=\d+/, 'e=9999999999'))).toBe(403);
    expect(await tryLink(link.replace('m=PUT', 'm=GET'), picture, 'GET')).toBe(403);
    expect(await tryLink(link, Buffer.alloc(33 * 1024 * 1024, 1))).toBe(413);
    expect(await tryLink(link, Buffer.from('%PDF-1.7'))).toBe(415);
    expect(await tryLink(link)).toBe(200);
    // Only the owner of its worker may submit it.
    const stranger = await town.addPerson({ id: 6 });
    const body = { id: held.id, generation: 'R2', seed: 1, state: 'ok' };
    const stolen = await town.call('POST', '/generate/submit', body, stranger.key);
    expect(stolen).toMatchObject({ status: 403, body: { rc: 'WrongCredentials' } });
    expect((await submit(held)).status).toBe(200);
    expect(await tryLink(link)).toBe(403);
    town.clock.now += 2 * 3600 * 1000;
    expect(await tryLink(other.upload ?? '')).toBe(403);
  });
});
