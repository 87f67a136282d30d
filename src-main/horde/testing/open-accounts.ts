import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { dropTestDatabase, openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { run, type Work } from '#main/db/work.ts';
import { type AccountPartsOptions, assembleAccounts, wipeWorkers } from '../assembly/account-parts.ts';
import { createKudosService, kudosRoutes } from '#main/horde/kudos/index.ts';
import { createSuspicionService, resetSuspicion, suspectUser } from '#main/horde/suspicion/index.ts';
import { createUsersService, requireAnyUser, requireRequester, type User } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { createHordeListener } from '#main/server/horde-listener.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { InvitePreset, RegistrationMode } from '#shared/horde/users/invites.ts';

export const anonymousKey = '0000000000';
export const someTime = 1_800_000_000_000;
export const dayMs = 24 * 60 * 60 * 1000;

export interface Answer {
  readonly status: number;
  // The tests read whatever an answer holds.
  readonly body: ReturnType<typeof JSON.parse>;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a test decides in place of other features and of the host. */
export interface Surroundings {
  now: number;
  mode: RegistrationMode;
  isRaided: boolean;
  terms: string | undefined;
  /** Words that count as profane. */
  readonly profane: Set<string>;
  /** Addresses that are in timeout. */
  readonly timeouts: Set<string>;
  /** Shared keys that a style holds. */
  readonly assigned: Set<string>;
  /** Whose waiting requests were cancelled. */
  readonly cancelled: unknown[];
  /** Shared keys that were taken out of styles. */
  readonly detached: string[];
}

export type TestAccounts = Awaited<ReturnType<typeof openAccounts>>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Roles = InvitePreset['roles'];
/** What no invite gives. */
type StaffFlag = 'is_moderator' | 'is_admin' | 'is_flagged';

/** A unit that does nothing. */
function* nothing(): Work<void> {}

/** Accounts, shared keys, kudos, suspicion and pages of a horde over a real database and its real listener. */
export async function openAccounts(more: Pick<AccountPartsOptions, 'signIn'> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'yurt-accounts-'));
  const around: Surroundings = {
    now: someTime,
    mode: 'open',
    isRaided: false,
    terms: undefined,
    profane: new Set(),
    timeouts: new Set(),
    assigned: new Set(),
    cancelled: [],
    detached: [],
  };
  const clock = () => around.now;
  const file = join(folder, 'horde.sqlite');
  const db = await openTestDatabase(file);
  const users = createUsersService({ db, clock, randomBytes, serverSecret: Buffer.alloc(32, 1) });
  const { user: owner, apiKey: ownerKey = '' } = await users.ensureOwner();
  const kudos = createKudosService({ db, clock });
  const suspicion = createSuspicionService({ db });
  const parts = assembleAccounts({
    ...more,
    db,
    clock,
    users,
    kudos,
    views: {
      workOf: async (userId) => {
        const workers = db.read.selectFrom('horde_workers').select('id').where('user_id', '=', userId);
        const workerIds = (await workers.execute()).map(({ id }) => id);
        return { workerIds, activeImageRequests: ['an image'], activeTextRequests: ['a text'] };
      },
      stylesOf: async (_userId, withPrivate) =>
        ['public', ...(withPrivate ? ['private'] : [])].map((id) => ({ id, name: id, type: 'image' })),
      suspicionOf: async (userId) => (await suspicion.ofUsers([userId])).get(userId) ?? 0,
    },
    accounts: {
      suspicion: {
        reset: resetSuspicion,
        reportLongName: function* (query, { userId, now }) {
          yield* suspectUser(query, { userId, type: 'USERNAME_LONG', now });
        },
      },
      isProfane: (text) => text.split(/\s/).some((word) => around.profane.has(word)),
      cancelRequestsOf: async (userId) => void around.cancelled.push({ userId }),
      wipes: [wipeWorkers],
    },
    sharedKeys: {
      isAssigned: async (id) => around.assigned.has(id),
      detachFromStyles: (_query, id) => {
        around.detached.push(id);
        return nothing();
      },
      cancelRequestsOf: async (sharedKeyId) => void around.cancelled.push({ sharedKeyId }),
    },
    registration: {
      mode: () => around.mode,
      isRaided: () => around.isRaided,
      refuseAddress: async (ip) => {
        if (around.timeouts.has(ip)) throw new ProblemError(403, 'TimeoutIP', 'This address is in timeout.');
      },
    },
    documents: {
      html: async (name) => `<p>The <b>${name}</b>.</p>`,
      termsVersion: async () => around.terms,
    },
  });
  const terms = {
    refuseUnaccepted: async ({ isAnonymous, termsVersion }: User) => {
      if (isAnonymous || around.terms === undefined || termsVersion === around.terms) return;
      throw new ProblemError(403, 'TermsNotAccepted', 'The terms have changed.');
    },
  };
  const server = await createHordeListener({
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    rateLimits: 'off',
    features: async (api) => {
      await parts.register(api);
      await api.register(
        async (v2: AppFastify) => {
          kudosRoutes(v2, { kudos, caller: (request) => requireAnyUser(users, request) });
          // Stands for the operations that take an account's key or a shared key.
          v2.post('/ask', { schema: { hide: true } }, async (request) => {
            // Tests send nothing else here.
            const body = request.body as { proxied_account?: string; allow_downgrade?: boolean };
            const { user, ...requester } = await requireRequester(
              { users, sharedKeys: parts.sharedKeys, terms },
              request,
              { proxiedAccount: body.proxied_account, mayDowngrade: body.allow_downgrade },
            );
            return { ...requester, user: user.id };
          });
        },
        { prefix: '/api/v2' },
      );
    },
  });
  await server.ready();

  const call = async (
    method: Method,
    path: string,
    as: string | undefined,
    payload?: object,
  ): Promise<Answer> => callWith(method, path, as === undefined ? {} : { apikey: as }, payload);
  const callWith = async (
    method: Method,
    path: string,
    headers: Record<string, string>,
    payload?: object,
  ): Promise<Answer> => {
    const answer = await server.inject({
      method,
      url: `/api/v2${path}`,
      headers: { host: 'localhost', ...headers },
      ...(payload ? { payload } : {}),
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  let named = 0;
  /** Makes an account as the owner does it, then gives it what only admins and time give. */
  const addUser = async (
    roles: Roles = [],
    flags: Partial<Record<StaffFlag, 1>> = {},
  ): Promise<{ id: number; key: string; user: User }> => {
    const preset = { roles, worker_invited: 0, kudos: 0 };
    const username = `person ${(named += 1)}`;
    const { user, apiKey } = await parts.registration.create(owner, { username, preset });
    if (Object.keys(flags).length > 0) {
      await db.write(() => run(db.query.updateTable('users').set(flags).where('id', '=', user.id)));
    }
    const stored = await users.byId(user.id);
    if (!stored) throw new Error('the account is missing');
    return { id: user.id, key: apiKey, user: stored };
  };
  return {
    ...parts,
    around,
    db,
    users,
    server,
    owner,
    ownerKey,
    call,
    callWith,
    addUser,
    audits: async () => {
      const lines = await db.read.selectFrom('horde_audit').selectAll().orderBy('id').execute();
      return lines.map(({ actor_id, action, detail }) => ({ actor_id, action, ...JSON.parse(detail) }));
    },
    close: async () => {
      await server.close();
      await db.close();
      await dropTestDatabase(file);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
