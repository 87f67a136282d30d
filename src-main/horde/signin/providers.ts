import { Value } from 'typebox/value';
import type { Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { HordeSignInProviderTable } from '#main/db/tables/horde-signin.ts';
import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { audit } from '#main/horde/users/index.ts';
import type { SecretStore } from '#main/platform/ports.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { providerIdPattern, type SignInProvider, SignInProviderInput } from '#shared/horde/signin/schema.ts';

/** A provider as sign-ins use it. */
export type Provider = Omit<SignInProviderInput, 'client_secret'> & { readonly id: string };

/** The providers of a horde: none until the host sets one (`decisions.md` 23). */
export interface ProvidersService {
  list(): Promise<SignInProvider[]>;
  /** @throws ProblemError 400 `BadRequest` for settings that cannot work, 404 for an id that is none */
  put(id: string, input: SignInProviderInput, actorId: number): Promise<SignInProvider>;
  /** Whoever waits to be let in from there waits no more; accounts stay. @throws ProblemError 404 */
  remove(id: string, actorId: number): Promise<void>;
  /** Those that one can sign in with, in the order of their names. */
  offered(): Promise<Provider[]>;
  /** One of those. */
  find(id: string): Promise<Provider | undefined>;
  /** Any that was set. @throws ProblemError 404 */
  get(id: string): Promise<Provider>;
  secretOf(id: string): Promise<string | undefined>;
}

export interface ProvidersOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly secrets: SecretStore;
}

const mostProviders = 20;
const idPattern = new RegExp(providerIdPattern);
const discoveryPath = '.well-known/openid-configuration';
const bad = (message: string) => new ProblemError(400, 'BadRequest', message);
const notFound = () => new ProblemError(404, undefined, 'There is no such provider.');
const secretName = (id: string) => `signin-client-secret:${id}`;

/** Where providers are kept: settings in the database, client secrets with the host's other secrets. */
export function createProvidersService({ db, clock, secrets }: ProvidersOptions): ProvidersService {
  const secretOf = (id: string) => secrets.get(secretName(id));
  const viewOf = async ({ id, ...settings }: Provider): Promise<SignInProvider> => ({
    id,
    ...settings,
    has_secret: (await secretOf(id)) !== undefined,
    callback_path: callbackPath(id),
  });
  const all = async (): Promise<Provider[]> => {
    const found = await db.read.selectFrom('horde_signin_providers').selectAll().orderBy('id').execute();
    return found.map((stored) => providerFromRow(stored)).filter((provider) => provider !== undefined);
  };
  const read = async (id: string): Promise<Provider | undefined> => {
    const found = await db.read
      .selectFrom('horde_signin_providers')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return found && providerFromRow(found);
  };
  return {
    secretOf,
    list: async () => Promise.all((await all()).map(viewOf)),
    put: async (id, { client_secret: secret, ...input }, actorId) => {
      if (!idPattern.test(id)) throw notFound();
      const provider = { id, ...input, issuer: issuerOf(input.issuer) };
      refuseUnworkable(provider);
      const isSame = await db.write(() => store(db.query, provider, { actorId, now: clock() }));
      if (typeof secret === 'string') await secrets.set(secretName(id), secret);
      // A secret is for the provider that gave it: it is not shown to another one.
      else if (secret === null || !isSame) await secrets.delete(secretName(id));
      return viewOf(provider);
    },
    remove: async (id, actorId) => {
      await db.write(() => remove(db.query, id, { actorId, now: clock() }));
      await secrets.delete(secretName(id));
    },
    offered: async () => {
      const enabled = (await all()).filter((provider) => provider.enabled);
      return enabled.toSorted((a, b) => a.name.localeCompare(b.name));
    },
    find: async (id) => {
      const found = await read(id);
      return found?.enabled === true ? found : undefined;
    },
    get: async (id) => {
      const found = await read(id);
      if (!found) throw notFound();
      return found;
    },
  };
}

/** Where a provider sends people back to; the same on every address of this horde. */
export function callbackPath(id: string): string {
  return `/signin/${id}/callback`;
}

/** An issuer as it is stored; people may give the address of its discovery document. */
function issuerOf(typed: string): string {
  const url = URL.parse(typed.trim());
  const isPlain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain || url.protocol !== 'https:')
    throw bad("The issuer is an address that begins with 'https://'.");
  const issuer = url.href.endsWith(discoveryPath) ? url.href.slice(0, -discoveryPath.length) : url.href;
  if (issuer.includes('/.well-known/')) throw bad('This is not the address of a discovery document.');
  return issuer;
}

function refuseUnworkable({ scopes, allow }: Provider): void {
  if (!scopes.includes('openid')) throw bad("The scopes have to include 'openid'.");
  if (allow.email_domains.length > 0 && !scopes.includes('email')) {
    throw bad("A rule for email domains needs the scope 'email'.");
  }
}

interface By {
  readonly actorId: number;
  readonly now: number;
}

/** @returns whether the provider stood there already, with the same issuer and client */
function* store(query: Query, provider: Provider, by: By): Work<boolean> {
  const known = yield* rows(query.selectFrom('horde_signin_providers').select(['id', 'issuer', 'client_id']));
  const before = known.find(({ id }) => id === provider.id);
  if (!before && known.length >= mostProviders) throw bad(`A horde has at most ${mostProviders} providers.`);
  const { id, ...columns } = rowOf(provider);
  yield* run(
    query
      .insertInto('horde_signin_providers')
      .values({ id, ...columns })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(columns)),
  );
  yield* audit(query, { ...by, action: 'signin.provider.put', detail: provider });
  return before?.issuer === provider.issuer && before.client_id === provider.client_id;
}

function* remove(query: Query, id: string, by: By): Work<void> {
  const known = yield* row(query.selectFrom('horde_signin_providers').select('id').where('id', '=', id));
  if (!known) throw notFound();
  yield* run(query.deleteFrom('horde_signin_requests').where('provider_id', '=', id));
  yield* run(query.deleteFrom('horde_signin_providers').where('id', '=', id));
  yield* audit(query, { ...by, action: 'signin.provider.delete', detail: { id } });
}

function rowOf(provider: Provider): Selectable<HordeSignInProviderTable> {
  return {
    ...provider,
    enabled: provider.enabled ? 1 : 0,
    private_network: provider.private_network ? 1 : 0,
    device_code: provider.device_code ? 1 : 0,
    scopes: JSON.stringify(provider.scopes),
    allow: JSON.stringify(provider.allow),
    role_map: JSON.stringify(provider.role_map),
  };
}

/** A row whose settings this version does not understand opens nothing, least of all more than it should. */
function providerFromRow({ id, ...stored }: Selectable<HordeSignInProviderTable>): Provider | undefined {
  const settings: unknown = {
    ...stored,
    enabled: stored.enabled === 1,
    private_network: stored.private_network === 1,
    device_code: stored.device_code === 1,
    scopes: JSON.parse(stored.scopes),
    allow: JSON.parse(stored.allow),
    role_map: JSON.parse(stored.role_map),
  };
  return Value.Check(SignInProviderInput, settings) ? { id, ...settings } : undefined;
}
