import { createHash, randomUUID } from 'node:crypto';
import { type Static, Type } from 'typebox';
import type { AppDatabase } from '#main/db/database.ts';
import { run, type Query, type Work } from '#main/db/work.ts';
import {
  type AccountsService,
  ownerId,
  type RegistrationService,
  type Secrets,
  type User,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { type Claims, isAllowed, rolesOf, subjectOf } from '#shared/horde/signin/rules.ts';
import { mappableRoles } from '#shared/horde/signin/schema.ts';
import type { AdmissionService } from './admission.ts';
import { BrowserTies, signInLastsMs, type Tie } from './browser-ties.ts';
import type { Attempt, ProviderClient } from './client.ts';
import { SignInFailure } from './failure.ts';
import { linkIdentity, type Linking, unlinkIdentity } from './linking.ts';
import type { Provider, ProvidersService } from './providers.ts';

/** What is known of a person for ten minutes after the provider vouched for them; it leaves with the page. */
const SignedIn = Type.Object({
  id: Type.String(),
  provider: Type.String(),
  until: Type.Integer(),
  identity: Type.String(),
  roles: Type.Array(Type.Enum([...mappableRoles], { type: 'string' })),
});
export type SignedIn = Readonly<Static<typeof SignedIn>>;

const Begun = Type.Object({ id: Type.String(), provider: Type.String(), until: Type.Integer() });

const ByCode = Type.Object({
  id: Type.String(),
  provider: Type.String(),
  until: Type.Integer(),
  code: Type.String(),
  userCode: Type.String(),
  address: Type.String(),
});

/** What somebody who signs in by a code is told, and the form field that stands for it. */
export interface CodeToType {
  readonly userCode: string;
  readonly address: string;
  readonly ticket: string;
}

/** How somebody who is signed in stands to this horde. */
export interface Standing {
  /** The account of the identity. */
  readonly user: User | undefined;
  /** Has to be let in by the host first. */
  readonly isWaiting: boolean;
}

export interface JoinInput {
  readonly username: string;
  readonly invite: string;
  readonly acceptedTerms: string;
  readonly ip: string;
}

export type Joined = Awaited<ReturnType<RegistrationService['register']>>;

/** Sign-in with the providers of this horde (`accounts-and-safety.md` 7). */
export interface SignInService {
  /** The providers to choose from. */
  offers(): Promise<Array<{ readonly id: string; readonly name: string }>>;
  /** @throws SignInFailure */
  provider(id: string): Promise<Provider>;
  drawTie(): Tie;
  /** Where to send the browser. @throws SignInFailure */
  begin(provider: Provider, tie: Tie, redirectUri: string): Promise<URL>;
  /**
   * Ends what `begin` began, once, in the same browser. Who has an account is given the roles of its groups.
   * @throws SignInFailure · ProblemError 403 for who is not let in
   */
  finish(provider: Provider, tie: Tie, callback: URL): Promise<SignedIn>;
  /**
   * A code to type at the provider (OID-05), or undefined where the provider does not know that way.
   * @throws SignInFailure
   */
  beginByCode(provider: Provider, tie: Tie): Promise<CodeToType | undefined>;
  /** Who typed the code, or the code again as long as nobody has. @throws as `finish` */
  finishByCode(provider: Provider, tie: Tie, ticket: string): Promise<SignedIn | CodeToType>;
  standing(signedIn: SignedIn): Promise<Standing>;
  /** The form field that stands for a person on the page of their sign-in. */
  ticket(signedIn: SignedIn, tie: Tie): string;
  /** Takes a ticket, once; `ticket` gives a new one where the form has to be shown again. @throws SignInFailure */
  take(provider: Provider, tie: Tie, ticket: string): Promise<SignedIn>;
  /**
   * The account of a person, new or known, with a new key; nothing for who waits to be let in.
   * @throws ProblemError of `RegistrationService.register`
   */
  join(provider: Provider, signedIn: SignedIn, input: JoinInput): Promise<Joined | undefined>;
  /** @throws ProblemError 400 `BadRequest` · 403 */
  link(signedIn: SignedIn, user: User): Promise<void>;
  /** @throws ProblemError 400 `BadRequest` · 403 */
  unlink(signedIn: SignedIn, user: User): Promise<void>;
  /** Forgets what has expired by itself. */
  sweep(now: number): Promise<{ used: number; requests: number }>;
}

export interface SignInOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly users: Pick<UsersService, 'byId'>;
  readonly accounts: Pick<AccountsService, 'change'>;
  readonly registration: Pick<RegistrationService, 'register'>;
  readonly providers: Pick<ProvidersService, 'find' | 'offered'>;
  readonly admission: Pick<AdmissionService, 'ask' | 'isWaiting' | 'sweep'>;
  readonly client: ProviderClient;
}

const refused = (message: string) => new SignInFailure('refused', message);

export function createSignInService(options: SignInOptions): SignInService {
  const { db, clock, users, providers, admission, client } = options;
  const ties = new BrowserTies(options.secrets);

  const attemptOf = (tie: Tie, state: string): Attempt => ({
    state,
    nonce: ties.derive('nonce', tie, state),
    verifier: ties.derive('verifier', tie, state),
  });
  /** Uses up what may be used once. */
  const spend = async ({ id, until }: { id: string; until: number }): Promise<void> => {
    if (until <= clock()) throw refused('it took too long');
    if (!(await db.write(() => useUp(db.query, id, until)))) throw refused('it was used before');
  };
  const userOf = async (identity: string): Promise<User | undefined> => {
    const found = await db.read
      .selectFrom('users')
      .select('id')
      .where('oauth_id', '=', identity)
      .executeTakeFirst();
    return found && users.byId(found.id);
  };
  /** Roles are added and never taken: staff may have given them by hand. */
  const grant = async (user: User, roles: SignedIn['roles']): Promise<void> => {
    const missing = roles.filter((role) => !hasRole(user, role));
    if (missing.length === 0 || user.isDeleted) return;
    const owner = await users.byId(ownerId);
    if (!owner) throw new Error("the owner's account is missing");
    // As the owner, who set the providers: the log tells of it.
    const change = Object.fromEntries(missing.map((role) => [role, true]));
    await options.accounts.change(owner, user.id, change);
  };
  /** Who it is, if they are let in; who has an account is given the roles of its groups. */
  const admit = async (provider: Provider, claims: Claims, until: number): Promise<SignedIn> => {
    if (!isAllowed(provider, claims)) throw notLetIn();
    const person = {
      id: randomUUID(),
      provider: provider.id,
      until,
      identity: identityOf(provider, claims),
      roles: rolesOf(provider, claims),
    };
    const user = await userOf(person.identity);
    if (user) await grant(user, person.roles);
    return person;
  };
  const linkingOf = ({ identity }: SignedIn, user: User): Linking => ({
    userId: user.id,
    identity,
    id: randomUUID(),
    now: clock(),
  });

  return {
    offers: async () => (await providers.offered()).map(({ id, name }) => ({ id, name })),
    provider: async (id) => {
      const found = await providers.find(id);
      if (found) return found;
      throw refused('there is no such provider');
    },
    drawTie: () => ties.draw(),
    begin: async (provider, tie, redirectUri) => {
      const begun = { id: randomUUID(), provider: provider.id, until: clock() + signInLastsMs };
      const state = ties.seal('state', tie, begun);
      return client.authorizationUrl(provider, attemptOf(tie, state), redirectUri);
    },
    finish: async (provider, tie, callback) => {
      const state = callback.searchParams.get('state') ?? '';
      const begun = ties.open('state', tie, state, Begun);
      if (begun?.provider !== provider.id) throw refused('nobody began this here');
      await spend(begun);
      const claims = await client.redeem(provider, attemptOf(tie, state), callback);
      return admit(provider, claims, begun.until);
    },
    beginByCode: async (provider, tie) => {
      const given = await client.deviceCode(provider);
      if (!given) return undefined;
      const { lastsMs, ...code } = given;
      const until = clock() + Math.min(lastsMs, signInLastsMs);
      const begun = { ...code, id: randomUUID(), provider: provider.id, until };
      return { ...code, ticket: ties.seal('code', tie, begun) };
    },
    finishByCode: async (provider, tie, ticket) => {
      const begun = ties.open('code', tie, ticket, ByCode);
      if (begun?.provider !== provider.id) throw refused('nobody began this here');
      if (begun.until <= clock()) throw refused('it took too long');
      const claims = await client.redeemDeviceCode(provider, begun.code);
      if (!claims) return { ...begun, ticket };
      await spend(begun);
      return admit(provider, claims, begun.until);
    },
    standing: async ({ identity }) => {
      const user = await userOf(identity);
      return { user, isWaiting: !user && (await admission.isWaiting(identity)) };
    },
    ticket: (signedIn, tie) => ties.seal('ticket', tie, { ...signedIn, id: randomUUID() }),
    take: async (provider, tie, ticket) => {
      const signedIn = ties.open('ticket', tie, ticket, SignedIn);
      if (signedIn?.provider !== provider.id) throw refused('this form is not of this browser');
      await spend(signedIn);
      return signedIn;
    },
    join: async (provider, { identity, roles }, input) => {
      if (provider.on_first_login !== 'create' && !(await userOf(identity))) {
        if (provider.on_first_login === 'deny') throw notLetIn();
        await admission.ask({ ...input, identity, providerId: provider.id });
        return undefined;
      }
      const made = await options.registration.register({ ...input, identity });
      await grant(made.user, roles);
      return made;
    },
    link: async (signedIn, user) => {
      const linked = await db.write(() => linkIdentity(db.query, linkingOf(signedIn, user)));
      await grant(linked, signedIn.roles);
    },
    unlink: async (signedIn, user) => {
      await db.write(() => unlinkIdentity(db.query, linkingOf(signedIn, user)));
    },
    sweep: async (now) => ({
      used: await db.write(() => run(db.query.deleteFrom('horde_signin_used').where('expires', '<=', now))),
      requests: await admission.sweep(now),
    }),
  };
}

/** What is stored of a person (OID-04): it leads back to nobody. */
function identityOf(provider: Provider, claims: Claims): string {
  const subject = subjectOf(provider, claims);
  if (subject === undefined) throw refused('the claim that names the person is missing');
  const digest = createHash('sha256')
    .update(`${String(claims['iss'])}\0${subject}`)
    .digest('base64url');
  return `oidc:${provider.id}:${digest}`;
}

function notLetIn(): ProblemError {
  return new ProblemError(403, 'Forbidden', 'The host of this horde lets nobody in by this account.');
}

function hasRole(user: User, role: SignedIn['roles'][number]): boolean {
  const held = {
    trusted: user.isTrusted,
    customizer: user.isCustomizer,
    education: user.isEducation,
    service: user.isService,
  };
  return held[role];
}

/** @returns false for what was used before */
function* useUp(query: Query, id: string, expires: number): Work<boolean> {
  const added = yield* run(
    query
      .insertInto('horde_signin_used')
      .values({ id, expires })
      .onConflict((conflict) => conflict.column('id').doNothing()),
  );
  return added === 1;
}
