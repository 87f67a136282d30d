import { beforeEach, describe, expect, it } from 'vitest';
import {
  FetchRefusedError,
  type GuardedAnswer,
  type GuardedCall,
  type GuardedFetch,
} from '#main/platform/guarded-fetch/index.ts';
import { createProviderClient } from './client.ts';
import type { Provider } from './providers.ts';

let now: number;
let calls: Array<GuardedCall & { url: string }>;
/** What the provider at the other end says of itself; undefined while it is away. */
let document: Record<string, unknown> | undefined;
let secret: string | undefined;

const attempt = { state: 's', nonce: 'n', verifier: 'v'.repeat(43) };
const provider: Provider = {
  id: 'test',
  name: 'Test',
  enabled: true,
  issuer: 'https://idp.example/realms/one',
  client_id: 'yurt',
  scopes: ['openid'],
  subject_claim: 'sub',
  groups_claim: 'groups',
  private_network: false,
  device_code: false,
  allow: { email_domains: [], groups: [], subjects: [] },
  on_first_login: 'create',
  role_map: [],
};

const answer = (status: number, body: object): GuardedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  bytes: Buffer.from(JSON.stringify(body)),
});
const fetch: GuardedFetch = async (url, call) => {
  calls.push({ url, ...call });
  if (!document) throw new FetchRefusedError('timeout');
  return url.endsWith('/token') ? answer(400, { error: 'invalid_grant' }) : answer(200, document);
};
const documentOf = (issuer: string, more: object = {}) => ({
  issuer,
  authorization_endpoint: 'https://idp.example/auth',
  token_endpoint: 'https://idp.example/token',
  jwks_uri: 'https://idp.example/keys',
  ...more,
});

const client = createProviderClient({ fetch, clock: () => now, secretOf: async () => secret });
const begin = (change: Partial<Provider> = {}) =>
  client.authorizationUrl({ ...provider, ...change }, attempt, 'http://localhost/signin/test/callback');
const redeem = () =>
  client.redeem(provider, attempt, new URL('http://localhost/signin/test/callback?code=c&state=s'));

beforeEach(() => {
  // What was known before is forgotten.
  now = (now ?? 0) + 3_600_000;
  calls = [];
  secret = undefined;
  document = documentOf(provider.issuer);
});

describe('a provider', () => {
  it('is asked what it is, and asked again after ten minutes or once it is set anew', async () => {
    await begin();
    now += 10 * 60_000 - 1;
    await begin();
    expect(calls.map(({ url }) => url)).toEqual([`${provider.issuer}/.well-known/openid-configuration`]);
    now += 1;
    await begin();
    await begin({ client_id: 'another' });
    expect(calls).toHaveLength(3);
  });

  it('is asked again at once where it did not answer', async () => {
    document = undefined;
    await expect(begin()).rejects.toMatchObject({ kind: 'unreachable' });
    document = documentOf(provider.issuer);
    await begin();
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['with a slash', provider.issuer, `${provider.issuer}/`],
    ['without one', `${provider.issuer}/`, provider.issuer],
  ])('may spell itself %s', async (_name, issuer, spelled) => {
    document = documentOf(spelled);
    expect((await begin({ issuer })).href).toContain('https://idp.example/auth?');
  });

  it.each([
    ['another', provider.issuer, 'https://idp.example/realms/two'],
    [
      'a tenant to be filled in',
      'https://login.microsoftonline.com/common/v2.0',
      'https://login.microsoftonline.com/{tenantid}/v2.0',
    ],
    ['another where the library excuses it', 'https://a.b2clogin.com/one', 'https://a.b2clogin.com/two'],
  ])('is not believed when it names %s', async (_name, issuer, spelled) => {
    document = documentOf(spelled);
    await expect(begin({ issuer })).rejects.toMatchObject({ kind: 'refused' });
  });

  it('is reached without redirects, and alone where it stands in the own network', async () => {
    await begin();
    await begin({ private_network: true, issuer: 'https://idp.example/realms/one', client_id: 'near' });
    await begin({ private_network: true, client_id: 'nearer', issuer: provider.issuer });
    expect(calls[0]).toMatchObject({ maxRedirects: 0, maxBytes: 262_144 });
    expect(calls.map(({ onlyTo }) => onlyTo)).toEqual([undefined, ['idp.example:443'], ['idp.example:443']]);
  });

  it.each([
    ['basic where it names no way', undefined, true],
    ['basic where it knows both', ['client_secret_post', 'client_secret_basic'], true],
    ['in the form where it knows that alone', ['client_secret_post'], false],
  ])('is shown the secret: %s', async (_name, ways, isBasic) => {
    secret = 'a secret';
    document = documentOf(provider.issuer, ways ? { token_endpoint_auth_methods_supported: ways } : {});
    await expect(redeem()).rejects.toMatchObject({ kind: 'refused' });
    const sent = calls.at(-1);
    expect([sent?.headers?.['authorization'] !== undefined, sent?.body?.includes('client_secret')]).toEqual([
      isBasic,
      !isBasic,
    ]);
  });

  it('is sent the verifier, and no secret where there is none', async () => {
    const error = await redeem().catch((caught: unknown) => caught);
    const { method, body } = calls.at(-1) ?? {};
    expect([method, Object.fromEntries(new URLSearchParams(body))]).toEqual([
      'POST',
      {
        grant_type: 'authorization_code',
        code: 'c',
        redirect_uri: 'http://localhost/signin/test/callback',
        code_verifier: attempt.verifier,
        client_id: 'yurt',
      },
    ]);
    // What goes into the log says nothing of what was sent.
    expect(JSON.stringify([error, String(error)])).not.toMatch(/v{10}|yurt/);
    expect(error).not.toHaveProperty('cause');
  });
});
