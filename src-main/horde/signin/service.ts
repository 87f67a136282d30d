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
import { BrowserTies, signInLastsMs } from './browser-ties.ts';
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
  drawSeed(): string;
  /** Where to send the browser. @throws SignInFailure */
  begin(provider: Provider, seed: string, redirectUri: string): Promise<URL>;
  /**
   * Ends what `begin` began, once, in the same browser. Who has an account is given the roles of its groups.
   * @throws SignInFailure · ProblemError 403 for who is not let in
   */
  finish(provider: Provider, seed: string | undefined, callback: URL): Promise<SignedIn>;
  standing(signedIn: SignedIn): Promise<Standing>;
  /** The form field that stands for a person on the page of their sign-in. */
  ticket(signedIn: SignedIn, seed: string): string;
  /** Takes a ticket, once; `ticket` gives a new one where the form has to be shown again. @throws SignInFailure */
  take(provider: Provider, seed: string | undefined, ticket: string): Promise<SignedIn>;
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

  const attemptOf = (seed: string, state: string): Attempt => ({
    state,
    nonce: ties.derive('nonce', seed, state),
    verifier: ties.derive('verifier', seed, state),
  });
  /** Uses up what may be used once. */
  const use = async ({ id, until }: { id: string; until: number }): Promise<void> => {
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
    drawSeed: () => ties.drawSeed(),
    begin: async (provider, seed, redirectUri) => {
      const begun = { id: randomUUID(), provider: provider.id, until: clock() + signInLastsMs };
      const state = ties.seal('state', seed, begun);
      return client.authorizationUrl(provider, attemptOf(seed, state), redirectUri);
    },
    finish: async (provider, seed, callback) => {
      const state = callback.searchParams.get('state') ?? '';
      const begun = ties.open('state', seed, state, Begun);
      if (seed === undefined || begun?.provider !== provider.id) throw refused('nobody began this here');
      await use(begun);
      const claims = await client.redeem(provider, attemptOf(seed, state), callback);
      if (!isAllowed(provider, claims)) throw notLetIn();
      const person = {
        id: randomUUID(),
        provider: provider.id,
        until: begun.until,
        identity: identityOf(provider, claims),
        roles: rolesOf(provider, claims),
      };
      const user = await userOf(person.identity);
      if (user) await grant(user, person.roles);
      return person;
    },
    standing: async ({ identity }) => {
      const user = await userOf(identity);
      return { user, isWaiting: !user && (await admission.isWaiting(identity)) };
    },
    ticket: (signedIn, seed) => ties.seal('ticket', seed, { ...signedIn, id: randomUUID() }),
    take: async (provider, seed, ticket) => {
      const signedIn = ties.open('ticket', seed, ticket, SignedIn);
      if (signedIn?.provider !== provider.id) throw refused('this form is not of this browser');
      await use(signedIn);
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
