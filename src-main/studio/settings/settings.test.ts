import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { run } from '#main/db/work.ts';
import { type AppFastify, createFastify } from '#main/server/fastify-base.ts';
import { draftRoutes } from '#main/studio/drafts/index.ts';
import { createEventHub, type EventHub } from '#main/studio/events/index.ts';
import { createSystemService, type SystemService, systemRoutes } from '#main/studio/system/index.ts';
import type { CreateDraft } from '#shared/studio/drafts/schema.ts';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { defaultSettings } from '#shared/studio/settings/schema.ts';
import { createSettingsService, type SettingsService, settingsRoutes } from './index.ts';

let folder: string;
let db: AppDatabase;
let server: AppFastify;
let events: EventHub;
let settings: SettingsService;
let system: SystemService;
let seen: StudioEvent[];

async function open(): Promise<void> {
  db = await openTestDatabase(join(folder, 'yurt.db'));
  events = createEventHub({ launchId: 'a' });
  seen = [];
  events.subscribe(({ event }) => seen.push(event));
  const deps = { db, clock: () => 1000, events };
  settings = createSettingsService(deps);
  system = createSystemService({
    version: '1.2.3',
    host: 'headless',
    dataDir: folder,
    hordeUrl: () => 'http://127.0.0.1:7001',
    events,
  });
  server = createFastify({ log: pino({ level: 'silent' }), unknownKeys: 'refuse' });
  for (const feature of [settingsRoutes(settings), draftRoutes(deps), systemRoutes(system)]) feature(server);
}

async function close(): Promise<void> {
  await server.close();
  await db.close();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-settings-'));
  await open();
});

afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

const patch = (payload: object) => server.inject({ method: 'PATCH', url: '/app/settings', payload });

describe('/app/settings', () => {
  it('starts with the defaults and keeps changes over a restart', async () => {
    expect((await server.inject('/app/settings')).json()).toEqual(defaultSettings);
    expect((await patch({ theme: 'dark' })).json()).toEqual({ ...defaultSettings, theme: 'dark' });
    await patch({ workerOn: false });
    await close();
    await open();
    const kept = (await server.inject('/app/settings')).json();
    expect(kept).toEqual({ ...defaultSettings, theme: 'dark', workerOn: false });
  });

  it('loses none of two changes at the same time', async () => {
    await Promise.all([patch({ theme: 'light' }), patch({ language: 'de' }), patch({ provider: 'webgpu' })]);
    expect(await settings.get()).toEqual({
      ...defaultSettings,
      theme: 'light',
      language: 'de',
      provider: 'webgpu',
    });
  });

  it('tells the interface and listeners', async () => {
    const heard: boolean[] = [];
    const stop = settings.onChange((now) => heard.push(now.workerOn));
    await patch({ workerOn: false });
    stop();
    await patch({ workerOn: true });
    expect(heard).toEqual([false]);
    expect(seen.map((event) => event.type)).toEqual(['settingsChanged', 'settingsChanged']);
  });

  it.each([{ theme: 'pink' }, { workerOn: 'yes' }, { language: '' }, { unknown: 1 }])(
    'refuses %o and changes nothing',
    async (payload) => {
      const answer = await patch(payload);
      expect(answer.statusCode).toBe(400);
      expect(await settings.get()).toEqual(defaultSettings);
      expect(seen).toEqual([]);
    },
  );

  it('puts the default in place of a stored value that this version does not know', async () => {
    const value = JSON.stringify({ theme: 'sepia', language: 'fr', later: true });
    await db.write(() =>
      run(db.query.insertInto('studio_document').values({ name: 'settings', value, updated_at: 1 })),
    );
    expect(await settings.get()).toEqual({ ...defaultSettings, language: 'fr' });
  });
});

describe('/app/drafts/create', () => {
  const draft: CreateDraft = {
    input: {
      prompt: 'a red fox',
      negativePrompt: '',
      model: 'tiny',
      width: 128,
      height: 128,
      steps: 8,
      cfgScale: 3.5,
      sampler: 'k_euler',
      karras: true,
      count: 1,
    },
    isSeedLocked: false,
    touched: ['steps'],
  };
  const put = (payload: object) => server.inject({ method: 'PUT', url: '/app/drafts/create', payload });

  it('is null at first, then what was put, over a restart too', async () => {
    expect((await server.inject('/app/drafts/create')).json()).toEqual({ draft: null });
    expect((await put(draft)).json()).toEqual({ draft });
    await put({ ...draft, isSeedLocked: true });
    await close();
    await open();
    expect((await server.inject('/app/drafts/create')).json()).toEqual({
      draft: { ...draft, isSeedLocked: true },
    });
  });

  it('refuses unknown keys and values out of range', async () => {
    expect((await put({ ...draft, extra: 1 })).statusCode).toBe(400);
    const wide = await put({ ...draft, input: { ...draft.input, width: 100 } });
    expect(wide.json().errors).toHaveProperty(['input.width']);
    expect((await server.inject('/app/drafts/create')).json()).toEqual({ draft: null });
  });
});

describe('/app/system', () => {
  it('says what runs and shows each notice once', async () => {
    const notice = { code: 'disk_full', details: { folder: 'gallery' } } as const;
    system.addNotice(notice);
    system.addNotice(notice);
    expect((await server.inject('/app/system')).json()).toEqual({
      version: '1.2.3',
      host: 'headless',
      hordeUrl: 'http://127.0.0.1:7001',
      dataDir: folder,
      notices: [notice],
    });
    expect(seen).toEqual([{ type: 'noticeAdded', notice }]);
  });
});
