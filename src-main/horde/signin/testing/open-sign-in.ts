import { pino } from 'pino';
import { createGuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import type { SecretStore } from '#main/platform/ports.ts';
import { createFastify } from '#main/server/fastify-base.ts';
import type { SignInProviderInput } from '#shared/horde/signin/schema.ts';
import { openAccounts } from '../../testing/open-accounts.ts';
import { openBrowser } from './open-browser.ts';
import { clientId, clientSecret, makeCertificate, openProvider } from './open-provider.ts';

export type TestSignIn = Awaited<ReturnType<typeof openSignIn>>;

/** Providers of the test by their ids. */
const ids = ['one', 'two'] as const;

/** A horde whose people sign in with two real providers, both set up as its owner does it. */
export async function openSignIn() {
  const certificate = await makeCertificate();
  const fetchOptions = { ca: [certificate.cert], resolve: async () => ['127.0.0.1'] };
  const kept = new Map<string, string>();
  const secrets: SecretStore = {
    get: async (name) => kept.get(name),
    set: async (name, value) => void kept.set(name, value),
    delete: async (name) => void kept.delete(name),
  };
  const horde = await openAccounts({ signIn: { fetch: createGuardedFetch(fetchOptions), secrets } });
  const callbacks = ids.map((id) => `http://localhost/signin/${id}/callback`);
  const [one, two] = [await openProvider(certificate, callbacks), await openProvider(certificate, callbacks)];
  const owner = createFastify({ log: pino({ level: 'silent' }), unknownKeys: 'refuse' });
  horde.signIn?.hostRoutes(owner);
  const reach = [one, two].map(({ issuer }) => new URL(issuer).host);
  const browse = createGuardedFetch({ ...fetchOptions, allowed: reach });

  const host = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, payload?: object) => {
    const answer = await owner.inject({
      method,
      url: `/app/horde/signin${path}`,
      ...(payload ? { payload } : {}),
    });
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
  };
  const settings = (provider: 'one' | 'two', change: Partial<SignInProviderInput> = {}) => ({
    name: `Provider ${provider}`,
    enabled: true,
    issuer: (provider === 'one' ? one : two).issuer,
    client_id: clientId,
    client_secret: clientSecret,
    scopes: ['openid'],
    subject_claim: 'sub',
    groups_claim: 'groups',
    private_network: true,
    device_code: false,
    allow: { email_domains: [], groups: [], subjects: [] },
    on_first_login: 'create',
    role_map: [],
    ...change,
  });
  return {
    ...horde,
    one,
    two,
    kept,
    host,
    settings,
    put: async (provider: 'one' | 'two', change: Partial<SignInProviderInput> = {}) => {
      const { status, body } = await host('PUT', `/providers/${provider}`, settings(provider, change));
      if (status !== 200) throw new Error(`the provider was not stored: ${JSON.stringify(body)}`);
    },
    browser: (host?: string) => openBrowser(horde.server, browse, host),
    /** Everything that the database holds, as text. */
    dump: async (): Promise<string> => {
      const tables = [
        'users',
        'horde_signin_providers',
        'horde_signin_used',
        'horde_signin_requests',
        'horde_registrations',
        'horde_audit',
        'kudos_event',
      ] as const;
      const all = await Promise.all(
        tables.map((table) => horde.db.read.selectFrom(table).selectAll().execute()),
      );
      return JSON.stringify(all);
    },
    close: async () => {
      await owner.close();
      await horde.close();
      await one.close();
      await two.close();
    },
  };
}
