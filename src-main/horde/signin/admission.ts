import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import {
  type AccountsService,
  audit,
  ownerId,
  type RegistrationService,
  type User,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { SignInRequest } from '#shared/horde/signin/schema.ts';
import { plainPreset } from '#shared/horde/users/invites.ts';
import { cutUsername, usernameOf } from '#shared/horde/users/rules.ts';
import { linkIdentity } from './linking.ts';

/** Somebody of a provider whom the host has to let in. */
export interface AdmissionInput {
  readonly identity: string;
  readonly providerId: string;
  readonly username: string;
  readonly acceptedTerms: string;
  readonly ip: string;
}

/** Who waits to be let in: `approval` of OID-01. */
export interface AdmissionService {
  /** @throws ProblemError 400 `BadRequest` · `ProfaneUserName` · `TermsNotAccepted`, 403 `TimeoutIP`, 429 */
  ask(input: AdmissionInput): Promise<void>;
  isWaiting(identity: string): Promise<boolean>;
  list(): Promise<SignInRequest[]>;
  /** Makes the account, whose key its owner gets at the next sign-in. @throws ProblemError 404 */
  accept(id: number): Promise<User>;
  /** @throws ProblemError 404 */
  refuse(id: number): Promise<void>;
  sweep(now: number): Promise<number>;
}

export interface AdmissionOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly accounts: Pick<AccountsService, 'acceptTerms'>;
  readonly registration: Pick<RegistrationService, 'create'>;
  readonly isProfane: (text: string) => boolean;
  readonly refuseAddress: (ip: string) => Promise<void>;
  readonly termsVersion: () => Promise<string | undefined>;
}

const mostRequests = 100;
const requestLastsMs = 30 * 24 * 60 * 60 * 1000;

export function createAdmissionService(options: AdmissionOptions): AdmissionService {
  const { db, clock, users, registration } = options;

  const nameOf = (typed: string): string => {
    const { name } = cutUsername(usernameOf(typed));
    if (options.isProfane(name)) throw new ProblemError(400, 'ProfaneUserName', 'The name is profane.');
    return name;
  };
  const requestOf = async (id: number) => {
    const found = await db.read
      .selectFrom('horde_signin_requests')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!found) throw notFound();
    return found;
  };
  const owner = async (): Promise<User> => {
    const found = await users.byId(ownerId);
    if (!found) throw new Error("the owner's account is missing");
    return found;
  };

  return {
    ask: async ({ identity, providerId, username, acceptedTerms, ip }) => {
      await options.refuseAddress(ip);
      const terms = await options.termsVersion();
      if (terms !== undefined && acceptedTerms !== terms) {
        throw new ProblemError(400, 'TermsNotAccepted', 'The terms of this horde have to be accepted.');
      }
      const request = {
        identity,
        provider_id: providerId,
        username: nameOf(username),
        terms_version: terms ?? null,
        created: clock(),
      };
      await db.write(() => store(db.query, request));
    },
    isWaiting: async (identity) => {
      const found = await db.read
        .selectFrom('horde_signin_requests')
        .select('id')
        .where('identity', '=', identity)
        .executeTakeFirst();
      return found !== undefined;
    },
    list: () =>
      db.read
        .selectFrom('horde_signin_requests')
        .select(['id', 'provider_id as provider', 'username', 'created'])
        .orderBy('id')
        .execute(),
    accept: async (id) => {
      const request = await requestOf(id);
      const { user } = await registration.create(await owner(), {
        username: request.username,
        preset: plainPreset,
      });
      const linking = { userId: user.id, identity: request.identity, id: randomUUID(), now: clock() };
      await db.write(() => linkIdentity(db.query, linking));
      // Where the terms have changed meanwhile, the account is asked about the new ones at its first use.
      if (request.terms_version !== null && request.terms_version === (await options.termsVersion())) {
        await options.accounts.acceptTerms(user, request.terms_version);
      }
      return user;
    },
    refuse: async (id) => {
      await db.write(() => refuse(db.query, id, clock()));
    },
    sweep: (now) =>
      db.write(() =>
        run(db.query.deleteFrom('horde_signin_requests').where('created', '<=', now - requestLastsMs)),
      ),
  };
}

function notFound(): ProblemError {
  return new ProblemError(404, undefined, 'Nobody waits under this number any more.');
}

interface NewRequest {
  readonly identity: string;
  readonly provider_id: string;
  readonly username: string;
  readonly terms_version: string | null;
  readonly created: number;
}

function* store(query: Query, request: NewRequest): Work<void> {
  const waiting = yield* row(
    query.selectFrom('horde_signin_requests').select((e) => e.fn.countAll<number>().as('n')),
  );
  if (Number(waiting?.n ?? 0) >= mostRequests) {
    throw new ProblemError(429, undefined, 'Too many people wait to be let in. Try again later.');
  }
  yield* run(
    query
      .insertInto('horde_signin_requests')
      .values(request)
      .onConflict((conflict) => conflict.column('identity').doNothing()),
  );
}

function* refuse(query: Query, id: number, now: number): Work<void> {
  const changed = yield* run(query.deleteFrom('horde_signin_requests').where('id', '=', id));
  if (changed === 0) throw notFound();
  yield* audit(query, { actorId: ownerId, action: 'signin.refuse', detail: { request: id }, now });
}
