import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect } from 'vitest';
import { dropTestDatabase, openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { run } from '#main/db/work.ts';
import { assembleHorde } from '#main/horde/assembly/index.ts';
import { createImagesService } from '#main/horde/images/index.ts';
import { checkLedger, openKudosAccount } from '#main/horde/kudos/index.ts';
import { createUsersService } from '#main/horde/users/index.ts';
import type { WebhookEvent } from '#main/horde/webhooks/index.ts';
import { EngineError, type MediaEngine } from '#main/platform/engine-clients.ts';
import type { GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import { createHordeListener } from '#main/server/horde-listener.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { pictureSize } from '#shared/horde/alchemy/picture-size.ts';
import type { AlchemyPopForm } from '#shared/horde/alchemy/schema.ts';
import {
  type CallAnswer,
  type CallOptions,
  type NewUser,
  pathOf,
  someTime,
  userRow,
} from '../../testing/open-horde.ts';

/** The header of a WebP of that size; `body` stands for its pixels. */
export function picture(width = 512, height = 512, body = 'pixels'): Buffer {
  const header = Buffer.alloc(30);
  header.write('RIFF', 0);
  header.write('WEBPVP8X', 8);
  header.writeUInt32LE(10, 16);
  header.writeUIntLE(width - 1, 24, 3);
  header.writeUIntLE(height - 1, 27, 3);
  return Buffer.concat([header, Buffer.from(body)]);
}

/** Stands for the media process, which has tests of its own: it believes headers, and opens no `broken` body. */
const media: MediaEngine = {
  toWebp: (bytes, limits) => {
    const size = pictureSize(bytes);
    const isBroken = !size || Buffer.from(bytes).includes('broken') || bytes.length > limits.maxBytes;
    if (isBroken || size.width > limits.maxWidth || size.height > limits.maxHeight) {
      return Promise.reject(new EngineError('bad_picture', 'not a picture'));
    }
    return Promise.resolve({ webp: bytes, ...size });
  },
  thumbnail: () => Promise.reject(new Error('not used')),
  stop: () => Promise.resolve(),
};

/** Takes webhooks that go to `https://listed.example/`. */
function webhookBox() {
  const sent: WebhookEvent[] = [];
  return {
    sent,
    refuse: (url: string) => {
      if (!url.startsWith('https://listed.example/')) throw new ProblemError(400, 'BadRequest', 'not listed');
    },
    send: (event: WebhookEvent) => void sent.push(event),
  };
}

export interface AlchemyHordeOptions {
  readonly folder: string;
  readonly clock: { now: number };
  readonly ownerKey?: string;
  readonly fetch?: GuardedFetch;
}

export type AlchemyHorde = Awaited<ReturnType<typeof openAlchemy>>;

/** A horde as alchemists and those who ask them see it, over a real database and its real listener. */
export async function openAlchemy(options: AlchemyHordeOptions) {
  const clock = () => options.clock.now;
  const db = await openTestDatabase(join(options.folder, 'horde.sqlite'));
  const users = createUsersService({ db, clock, randomBytes, serverSecret: Buffer.alloc(32, 1) });
  const owner = await users.ensureOwner();
  const folder = join(options.folder, 'objects');
  const images = createImagesService({ folder, secret: Buffer.alloc(32, 2), media, clock });
  const webhooks = webhookBox();
  const fetch = options.fetch ? { fetch: options.fetch } : {};
  const horde = await assembleHorde({ db, clock, users, images, version: '1.2.3', webhooks, ...fetch });
  const server = await createHordeListener({
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    rateLimits: 'off',
    features: horde.register,
  });
  await server.ready();
  const ownerKey = options.ownerKey ?? owner.apiKey ?? '';

  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    payload?: object,
    { key = ownerKey, headers = {}, from }: CallOptions & { readonly from?: string } = {},
  ): Promise<CallAnswer> => {
    const answer = await server.inject({
      method,
      ...(from === undefined ? {} : { remoteAddress: from }),
      url: `/api/v2${path}`,
      headers: { host: 'localhost', ...(key === '' ? {} : { apikey: key }), ...headers },
      ...(payload ? { payload } : {}),
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  const at = (link: string | undefined) => ({ url: pathOf(link ?? null), headers: { host: 'localhost' } });
  return {
    db,
    call,
    horde,
    users,
    images,
    ownerKey,
    webhooks,
    addUser: async (user: NewUser & { readonly concurrency?: number }): Promise<string> => {
      const { concurrency = 30, ...rest } = user;
      await db.write(function* () {
        yield* run(db.query.insertInto('users').values({ ...userRow(rest), concurrency }));
        const startCents = (user.kudos ?? 25) * 100;
        yield* openKudosAccount(db.query, { userId: user.id, floorCents: 2500, startCents, now: someTime });
      });
      return users.issueKey(user.id);
    },
    /** Asks for forms of a picture; without a key as the horde's owner. */
    ask: (forms: readonly string[], extra: object = {}, key?: string): Promise<CallAnswer> => {
      const body = {
        source_image: picture().toString('base64'),
        forms: forms.map((name) => ({ name })),
        ...extra,
      };
      return call('POST', '/interrogate/async', body, key === undefined ? {} : { key });
    },
    pop: (extra: object = {}, key?: string): Promise<CallAnswer> => {
      const body = { name: 'Alchemist', forms: ['caption'], ...extra };
      return call('POST', '/interrogate/pop', body, key === undefined ? {} : { key });
    },
    submit: (id: string | undefined, result: object, extra: object = {}, key?: string): Promise<CallAnswer> =>
      call('POST', '/interrogate/submit', { id, result, ...extra }, key === undefined ? {} : { key }),
    status: (id: string): Promise<CallAnswer> => call('GET', `/interrogate/status/${id}`),
    upload: (link: string | undefined, payload: Buffer) =>
      server.inject({ method: 'PUT', ...at(link), payload }),
    fetch: (link: string | undefined) => server.inject(at(link)),
    /** Balances in cents, of books that are right. */
    balances: async (): Promise<Record<string, number>> => {
      expect(await checkLedger(db)).toEqual({ ok: true, problems: [] });
      const found = await db.read.selectFrom('kudos_account').selectAll().execute();
      return Object.fromEntries(found.map((it) => [it.name ?? `${it.kind} ${it.user_id}`, it.balance]));
    },
    close: async () => {
      await server.close();
      await horde.moderation.close();
      await db.close();
    },
  };
}

/** Hordes in folders of their own; `closeAll` belongs into `afterEach`. */
export function alchemyHordes() {
  const ends: Array<() => Promise<void>> = [];
  return {
    open: async (extra: Pick<AlchemyHordeOptions, 'fetch'> = {}) => {
      const folder = await mkdtemp(join(tmpdir(), 'yurt-alchemy-'));
      const clock = { now: someTime };
      ends.push(
        () => rm(folder, { recursive: true, force: true }),
        () => dropTestDatabase(join(folder, 'horde.sqlite')),
      );
      let horde = await openAlchemy({ folder, clock, ...extra });
      ends.push(() => horde.close());
      return {
        ...horde,
        clock,
        /** Opens a second process on the same data, while the first goes on. */
        beside: async (): Promise<AlchemyHorde> => {
          const other = await openAlchemy({ folder, clock, ownerKey: horde.ownerKey, ...extra });
          ends.push(other.close);
          return other;
        },
        /** Closes it and opens it again on the same data. */
        restart: async (): Promise<AlchemyHorde> => {
          await horde.close();
          horde = await openAlchemy({ folder, clock, ownerKey: horde.ownerKey, ...extra });
          return horde;
        },
      };
    },
    closeAll: async (): Promise<void> => {
      for (const end of ends.splice(0).toReversed()) await end();
    },
  };
}

/** The only form of a pop that found one. */
export function onlyForm(popped: CallAnswer): AlchemyPopForm {
  expect(popped.body.forms).toHaveLength(1);
  return popped.body.forms[0];
}
