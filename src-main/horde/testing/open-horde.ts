import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { dropTestDatabase, openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { run } from '#main/db/work.ts';
import { assembleHorde } from '#main/horde/assembly/index.ts';
import { createImagesService } from '#main/horde/images/index.ts';
import { openKudosAccount } from '#main/horde/kudos/index.ts';
import { createUsersService } from '#main/horde/users/index.ts';
import type { WebhookSender } from '#main/horde/webhooks/index.ts';
import { EngineError, type MediaEngine } from '#main/platform/engine-clients.ts';
import { createHordeListener } from '#main/server/horde-listener.ts';
import type { PopAnswer } from '#shared/horde/jobs/schema.ts';
import type { TextPopAnswer } from '#shared/horde/jobs/text-schema.ts';

/** Stands for the media process, which has tests of its own: what begins like a WebP passes. */
const believingMedia: MediaEngine = {
  toWebp: (picture) =>
    Buffer.from(picture).subarray(8, 12).toString() === 'WEBP'
      ? Promise.resolve({ webp: picture, width: 512, height: 512 })
      : Promise.reject(new EngineError('bad_picture', 'not a picture')),
  thumbnail: () => Promise.reject(new Error('not used')),
  stop: () => Promise.resolve(),
};

/** Bytes that pass for a picture. */
export const webp = Buffer.concat([Buffer.from('RIFF0000WEBPVP8 '), Buffer.alloc(100, 7)]);
export const anonymousKey = '0000000000';
/** An instant that the tests' clocks start at. */
export const someTime = 1_800_000_000_000;

/** The file in a horde's folder, or what stands for it on a server. */
export const databaseFile = 'horde.sqlite';

export interface CallAnswer {
  readonly status: number;
  // The tests read whatever an answer holds.
  readonly body: ReturnType<typeof JSON.parse>;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface NewUser {
  readonly id: number;
  readonly kudos?: number;
  readonly flags?: Partial<
    Record<'is_trusted' | 'is_moderator' | 'is_flagged' | 'is_education' | 'is_customizer', 1>
  >;
  readonly deletedAt?: number;
}

export type TestHorde = Awaited<ReturnType<typeof openHorde>>;

/** Calls that a test may make; `key` is the owner's unless said otherwise. */
export interface CallOptions {
  readonly key?: string;
  /** The address of the caller; this computer's unless said otherwise. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The whole private horde over a real database and its real listener, driven by injected calls. Opened
 * again on the same folder it is the horde after a restart.
 */
export async function openHorde(options: {
  folder: string;
  clock: { now: number };
  key?: string;
  /** Takes webhooks and keeps what they would be told. */
  webhooks?: Pick<WebhookSender, 'refuse' | 'send'>;
  /** Decodes pictures; without it, what calls itself a WebP is believed. */
  media?: MediaEngine;
  /** Takes the log; without it nothing does. */
  log?: Logger;
}) {
  const { folder, media = believingMedia, log = pino({ level: 'silent' }) } = options;
  const clock = () => options.clock.now;
  const db = await openTestDatabase(join(folder, databaseFile));
  const users = createUsersService({ db, clock, randomBytes, serverSecret: Buffer.alloc(32, 1) });
  const owner = await users.ensureOwner();
  const images = createImagesService({
    folder: join(folder, 'objects'),
    secret: Buffer.alloc(32, 2),
    media,
    clock,
  });
  const version = '1.2.3';
  const horde = await assembleHorde({
    db,
    clock,
    users,
    images,
    version,
    ...(options.webhooks ? { webhooks: options.webhooks } : {}),
  });
  const { queues, workers } = horde;
  const server = await createHordeListener({
    log,
    version,
    rateLimits: 'off',
    features: horde.register,
  });
  await server.ready();
  const ownerKey = options.key ?? owner.apiKey ?? '';
  let isClosed = false;

  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object,
    { key = ownerKey, from, headers = {} }: CallOptions = {},
  ): Promise<CallAnswer> => {
    const answer = await server.inject({
      method,
      url: `/api/v2${path}`,
      headers: { host: 'localhost', ...(key === '' ? {} : { apikey: key }), ...headers },
      ...(payload ? { payload } : {}),
      ...(from === undefined ? {} : { remoteAddress: from }),
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  const addUser = async (user: NewUser): Promise<string> => {
    await db.write(function* () {
      yield* run(db.query.insertInto('users').values(userRow(user)));
      const startCents = (user.kudos ?? 25) * 100;
      yield* openKudosAccount(db.query, { userId: user.id, floorCents: 2500, startCents, now: someTime });
    });
    return users.issueKey(user.id);
  };
  return {
    db,
    users,
    /** All of its features, for what no call reaches. */
    features: horde,
    server,
    call,
    addUser,
    ownerKey,
    queues,
    workers,
    community: horde.community,
    kudos: horde.kudos,
    moderation: horde.moderation,
    /** What the timer does. */
    sweep: horde.sweep,
    ask: (extra: object = {}, as?: CallOptions) =>
      call('POST', '/generate/async', { prompt: 'a lighthouse', models: ['tiny'], ...extra }, as),
    pop: async (extra: object = {}, as?: CallOptions): Promise<PopAnswer> => {
      const offer = { name: 'Worker One', models: ['tiny'], max_pixels: 4_194_304, ...extra };
      const { body } = await call('POST', '/generate/pop', offer, as);
      return body;
    },
    submit: (id: string | null, extra: object = {}, as?: CallOptions) =>
      call('POST', '/generate/submit', { id, generation: webp.toString('base64'), seed: 7, ...extra }, as),
    askText: (extra: object = {}, as?: CallOptions) =>
      call('POST', '/generate/text/async', { prompt: 'Once upon a time', ...extra }, as),
    popText: async (extra: object = {}, as?: CallOptions): Promise<TextPopAnswer> => {
      const offer = { name: 'Scribe One', models: ['tiny-13B'], max_length: 1024, ...extra };
      const { body } = await call('POST', '/generate/text/pop', offer, as);
      return body;
    },
    submitText: (id: string | null, extra: object = {}, as?: CallOptions) =>
      call('POST', '/generate/text/submit', { id, generation: 'there was a lighthouse.', ...extra }, as),
    upload: (link: string | null, payload: Buffer = webp) =>
      server.inject({ method: 'PUT', url: pathOf(link), headers: { host: 'localhost' }, payload }),
    fetch: (link: string) => server.inject({ url: pathOf(link), headers: { host: 'localhost' } }),
    /** Closed again, as after a test that restarts it, it stays closed. */
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await server.close();
      await horde.moderation.close();
      await db.close();
    },
  };
}

export function pathOf(link: string | null): string {
  return (link ?? '').replace(/^https?:\/\/[^/]+/, '');
}

/** The row of an account that a test adds. */
export function userRow(user: NewUser) {
  return {
    id: user.id,
    username: `user${user.id}`,
    oauth_id: `test:${user.id}`,
    key_digest: null,
    key_rotated_at: null,
    created: someTime,
    last_active: someTime,
    contact: null,
    admin_comment: null,
    concurrency: 30,
    worker_invited: 0,
    public_workers: 0,
    is_admin: 0,
    is_moderator: 0,
    is_trusted: 0,
    is_flagged: 0,
    is_service: 0,
    is_education: 0,
    is_customizer: 0,
    deleted_at: user.deletedAt ?? null,
    registered_via: 'moderator' as const,
    ...user.flags,
  };
}

/** Hordes in folders of their own; `closeAll` belongs into `afterEach`. */
export function hordeFolder() {
  const ends: Array<() => Promise<void>> = [];
  return {
    open: async (
      clock = { now: someTime },
      more: Pick<Parameters<typeof openHorde>[0], 'webhooks'> = {},
    ): Promise<TestHorde & { clock: { now: number }; folder: string }> => {
      const folder = await mkdtemp(join(tmpdir(), 'yurt-horde-'));
      ends.push(
        () => rm(folder, { recursive: true, force: true }),
        () => dropTestDatabase(join(folder, databaseFile)),
      );
      const horde = await openHorde({ folder, clock, ...more });
      ends.push(horde.close);
      return { ...horde, clock, folder };
    },
    closeAll: async (): Promise<void> => {
      for (const end of ends.splice(0).toReversed()) await end();
    },
  };
}
