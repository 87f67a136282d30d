import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
// oxlint-disable-next-line no-restricted-imports -- the test makes real pictures; core never opens one
import sharp, { type Sharp } from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { EngineError, type MediaEngine } from '#main/platform/engine-clients.ts';
import { type AppFastify, createFastify } from '#main/server/fastify-base.ts';
import { createEventHub } from '#main/studio/events/index.ts';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import type { GalleryPage } from '#shared/studio/gallery/schema.ts';
import { createGalleryService, galleryRoutes, type GalleryService, type NewPicture } from './index.ts';

/** The media process's work, done here with the library that it uses. */
const media: Pick<MediaEngine, 'toWebp' | 'thumbnail'> = {
  toWebp: (picture, _limits, quality) => encode(sharp(picture).webp({ quality })),
  thumbnail: (picture, _limits, side) =>
    encode(sharp(picture).resize(side, side, { fit: 'inside', withoutEnlargement: true }).webp()),
};

async function encode(image: Sharp) {
  try {
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    return { webp: data, width: info.width, height: info.height };
  } catch (error) {
    throw new EngineError('bad_picture', String(error));
  }
}

const november = Date.UTC(2026, 10, 22);

let folder: string;
let db: AppDatabase;
let server: AppFastify;
let gallery: GalleryService;
let seen: StudioEvent[];
let bytes: Uint8Array;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-gallery-'));
  db = await openTestDatabase(join(folder, 'yurt.db'));
  const events = createEventHub({ launchId: 'a' });
  seen = [];
  events.subscribe(({ event }) => seen.push(event));
  const log = pino({ level: 'silent' });
  gallery = createGalleryService({ db, clock: () => 5000, dataDir: folder, media, events, log });
  server = createFastify({ log, unknownKeys: 'refuse' });
  galleryRoutes(gallery)(server);
  bytes = await sharp({ create: { width: 512, height: 256, channels: 3, background: 'red' } })
    .webp()
    .toBuffer();
});

afterEach(async () => {
  await server.close();
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

function picture(id: string, overrides: Partial<NewPicture> = {}): NewPicture {
  return {
    id,
    creationId: 'c1',
    createdAt: november,
    prompt: 'A red fox, in "fresh" snow: ../../etc',
    negativePrompt: 'blur',
    model: 'tiny',
    sampler: 'k_euler',
    karras: true,
    steps: 8,
    cfgScale: 3.5,
    seed: '42',
    hordeName: 'Home horde',
    workerName: 'This computer',
    kudos: 4.5,
    isCensored: false,
    notes: ['resized'],
    bytes,
    ...overrides,
  };
}

const filesOf = (month: string) => readdirSync(join(folder, 'gallery', month));

describe('saving', () => {
  it('keeps the bytes under a readable name, the row and a thumbnail', async () => {
    const image = await gallery.save(picture('one'));
    expect(image).toMatchObject({
      width: 512,
      height: 256,
      sizeBytes: bytes.length,
      seed: '42',
      notes: ['resized'],
    });
    expect(image.fileName).toMatch(/^2026-11\/a-red-fox-in-fresh-snow-etc-[0-9a-f]{12}\.webp$/);
    expect(readFileSync(join(folder, 'gallery', image.fileName)).equals(bytes)).toBe(true);
    expect(filesOf('2026-11')).toHaveLength(1);
    expect(seen).toEqual([{ type: 'imageAdded', image }]);
    const thumbnail = await sharp(await gallery.thumbnail('one')).metadata();
    expect([thumbnail.format, thumbnail.width, thumbnail.height]).toEqual(['webp', 384, 192]);
  });

  it('changes nothing when the same picture comes again, alone or at the same time', async () => {
    await Promise.all([gallery.save(picture('one')), gallery.save(picture('one'))]);
    await gallery.save(picture('one', { seed: 'other' }));
    expect(filesOf('2026-11')).toHaveLength(1);
    expect((await gallery.get('one')).seed).toBe('42');
    expect(seen.map((event) => event.type)).toEqual(['imageAdded']);
  });

  it('converts what is not a WebP and refuses what is no picture', async () => {
    const png = await sharp(bytes).png().toBuffer();
    expect(await gallery.save(picture('png', { bytes: png }))).toMatchObject({ width: 512, height: 256 });
    await expect(gallery.save(picture('bad', { bytes: new Uint8Array(100) }))).rejects.toThrow(EngineError);
    const disguised = Buffer.concat([bytes.subarray(0, 30), Buffer.alloc(500, 7)]);
    await expect(gallery.save(picture('bad', { bytes: disguised }))).rejects.toThrow(EngineError);
    await expect(gallery.get('bad')).rejects.toMatchObject({ status: 404 });
  });

  it('keeps ids, prompts and scripts from outside in their place on the disk', async () => {
    const odd = await gallery.save(picture('../../../evil/\0', { prompt: '../../\\..' }));
    expect(odd.fileName).toMatch(/^2026-11\/picture-[0-9a-f]{12}\.webp$/);
    const long = await gallery.save(picture('long', { prompt: '狐'.repeat(400) }));
    expect(existsSync(join(folder, 'gallery', long.fileName))).toBe(true);
  });
});

describe('pages', () => {
  it('lists every picture once, newest first, while new ones come in', async () => {
    const times = [3, 1, 2, 2, 2, 5, 4];
    for (const [n, time] of times.entries())
      await gallery.save(picture(`p${n}`, { createdAt: november + time }));
    const listed: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const url = `/app/gallery?limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page: GalleryPage = (await server.inject(url)).json();
      listed.push(...page.images.map((image) => image.id));
      cursor = page.nextCursor;
      await gallery.save(picture(`new${listed.length}`, { createdAt: november + 100 + listed.length }));
    }
    expect(listed).toEqual(['p5', 'p6', 'p0', 'p4', 'p3', 'p2', 'p1']);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'bin=maybe', 'cursor=nonsense', 'more=1'])(
    'refuses ?%s',
    async (query) => {
      expect((await server.inject(`/app/gallery?${query}`)).statusCode).toBe(400);
    },
  );
});

describe('the bin', () => {
  it('takes a picture out of the gallery and gives it back', async () => {
    await gallery.save(picture('one'));
    const binned = (await server.inject({ method: 'POST', url: '/app/gallery/one/bin' })).json();
    expect(binned.binnedAt).toBe(5000);
    await gallery.bin('one');
    expect((await gallery.page({})).total).toBe(0);
    expect((await gallery.page({ bin: true })).images.map((image) => image.id)).toEqual(['one']);
    expect((await server.inject('/app/gallery?bin=true')).json().total).toBe(1);
    const restored = (await server.inject({ method: 'POST', url: '/app/gallery/one/restore' })).json();
    expect(restored.binnedAt).toBeNull();
    expect(seen.map((event) => event.type)).toEqual(['imageAdded', 'imageChanged', 'imageChanged']);
    const unknown = await server.inject({ method: 'POST', url: '/app/gallery/none/bin' });
    expect(unknown.statusCode).toBe(404);
  });
});

describe('erasing', () => {
  const erase = (id: string) => server.inject({ method: 'DELETE', url: `/app/gallery/${id}` });

  it('takes files, row and thumbnail of what is in the bin, and of nothing else', async () => {
    const { fileName } = await gallery.save(picture('one'));
    expect((await erase('one')).statusCode).toBe(409);
    expect(existsSync(join(folder, 'gallery', fileName))).toBe(true);
    await gallery.bin('one');
    expect((await erase('one')).statusCode).toBe(204);
    expect(filesOf('2026-11')).toEqual([]);
    expect(readdirSync(join(folder, 'thumbnails'), { recursive: true }).join()).not.toContain('.webp');
    expect((await server.inject('/app/gallery/one')).statusCode).toBe(404);
    expect(seen.at(-1)).toEqual({ type: 'imageChanged', id: 'one', image: null });
    expect((await erase('one')).statusCode).toBe(404);
  });
});

describe('files', () => {
  it('serves the picture, as a download under its readable name', async () => {
    await gallery.save(picture('one', { prompt: 'füchse' }));
    const shown = await server.inject('/app/gallery/one/image');
    expect(shown.headers['content-type']).toBe('image/webp');
    expect(shown.headers['content-disposition']).toBeUndefined();
    expect(shown.rawPayload.equals(bytes)).toBe(true);
    const saved = await server.inject('/app/gallery/one/image?download=1');
    expect(saved.headers['content-disposition']).toMatch(/^attachment; .*filename\*=UTF-8''f%C3%BCchse-/);
  });

  it('makes a lost thumbnail anew and says 404 when the picture is gone too', async () => {
    const { fileName } = await gallery.save(picture('one'));
    rmSync(join(folder, 'thumbnails'), { recursive: true });
    const answers = await Promise.all([1, 2].map(() => server.inject('/app/gallery/one/thumbnail')));
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200]);
    rmSync(join(folder, 'thumbnails'), { recursive: true });
    rmSync(join(folder, 'gallery', fileName));
    for (const kind of ['thumbnail', 'image']) {
      expect((await server.inject(`/app/gallery/one/${kind}`)).statusCode).toBe(404);
    }
  });
});

describe('reconcile', () => {
  it('hides pictures whose file is gone until it is back, and clears unfinished files', async () => {
    const { fileName } = await gallery.save(picture('one'));
    await gallery.save(picture('two'));
    const path = join(folder, 'gallery', fileName);
    renameSync(path, join(folder, 'away.webp'));
    const left = join(folder, 'gallery', '2026-11', 'x.webp.part');
    writeFileSync(left, 'half');
    utimesSync(left, 0, 0);
    writeFileSync(join(folder, 'gallery', '2026-11', 'y.webp.part'), 'in the writing');
    writeFileSync(join(folder, 'gallery', '2026-11', 'mine.webp'), 'somebody put it here');
    expect(await gallery.reconcile()).toEqual({ missing: 1, returned: 0, unknownFiles: 1 });
    expect((await gallery.page({})).images.map((image) => image.id)).toEqual(['two']);
    expect(filesOf('2026-11')).not.toContain('x.webp.part');
    expect(filesOf('2026-11')).toContain('y.webp.part');
    expect(filesOf('2026-11')).toContain('mine.webp');
    renameSync(join(folder, 'away.webp'), path);
    expect(await gallery.reconcile()).toEqual({ missing: 0, returned: 1, unknownFiles: 1 });
    expect((await gallery.page({})).total).toBe(2);
  });

  it('lets pictures alone that are saved meanwhile', async () => {
    let isSaving = true;
    const saving = (async () => {
      for (let n = 0; n < 12; n += 1) await gallery.save(picture(`p${n}`));
      isSaving = false;
    })();
    while (isSaving) expect((await gallery.reconcile()).missing).toBe(0);
    await saving;
    expect((await gallery.page({})).total).toBe(12);
  });

  it('works before the first picture', async () => {
    expect(await gallery.reconcile()).toEqual({ missing: 0, returned: 0, unknownFiles: 0 });
  });
});
