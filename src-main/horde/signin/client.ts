import * as openId from 'openid-client';
import type { GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { type Claims, claimsNeeded, joinClaims } from '#shared/horde/signin/rules.ts';
import { failureOf, SignInFailure } from './failure.ts';
import type { Provider } from './providers.ts';
import { guardedTransport } from './transport.ts';

/** What makes one sign-in different from all others; each is random and used once. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Talks to providers in their own protocol. Everything throws `SignInFailure` alone. */
export interface ProviderClient {
  /** Where to send a browser. */
  authorizationUrl(provider: Provider, attempt: Attempt, redirectUri: string): Promise<URL>;
  /**
   * Redeems what the browser came back with. Tokens are forgotten at once (OID-04).
   * @param callback the whole address, whose path is the redirect address that was sent
   * @returns what the provider says of the person; `iss` is the issuer
   */
  redeem(provider: Provider, attempt: Attempt, callback: URL): Promise<Claims>;
  /** Asks a provider what it can do. */
  check(provider: Provider): Promise<{ readonly hasDeviceCode: boolean }>;
  /** A code to type at the provider, or undefined where it does not know that way. */
  deviceCode(provider: Provider): Promise<DeviceCode | undefined>;
  /** @returns what the provider says of who typed the code; undefined as long as nobody has */
  redeemDeviceCode(provider: Provider, code: string): Promise<Claims | undefined>;
}

/** How somebody signs in at the provider in any browser. */
export interface DeviceCode {
  /** What is redeemed. */
  readonly code: string;
  /** What is typed. */
  readonly userCode: string;
  /** Where. */
  readonly address: string;
  readonly lastsMs: number;
}

export interface ProviderClientOptions {
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
  readonly secretOf: (providerId: string) => Promise<string | undefined>;
}

/** Clocks may differ by this much (OID-03). */
const skewSeconds = 60;
const timeoutSeconds = 10;
/** How long what a provider says of itself is believed. */
const discoveryLastsMs = 10 * 60 * 1000;

interface Known {
  readonly of: string;
  readonly until: number;
  readonly config: Promise<openId.Configuration>;
}

export function createProviderClient({ fetch, clock, secretOf }: ProviderClientOptions): ProviderClient {
  const known = new Map<string, Known>();

  const configurationOf = async (provider: Provider): Promise<openId.Configuration> => {
    const secret = await secretOf(provider.id);
    const { id, issuer, client_id, private_network } = provider;
    const of = JSON.stringify([issuer, client_id, private_network, secret]);
    const before = known.get(id);
    if (before?.of === of && before.until > clock()) return before.config;
    const config = discover(provider, secret, fetch);
    known.set(id, { of, until: clock() + discoveryLastsMs, config });
    // A provider that was away a moment ago is asked again.
    config.catch(() => known.get(id)?.config === config && known.delete(id));
    return config;
  };

  return {
    authorizationUrl: (provider, attempt, redirectUri) =>
      withoutDetails(async () =>
        openId.buildAuthorizationUrl(await configurationOf(provider), {
          redirect_uri: redirectUri,
          scope: provider.scopes.join(' '),
          state: attempt.state,
          nonce: attempt.nonce,
          code_challenge: await openId.calculatePKCECodeChallenge(attempt.verifier),
          code_challenge_method: 'S256',
        }),
      ),
    redeem: (provider, attempt, callback) =>
      withoutDetails(async () => {
        const config = await configurationOf(provider);
        const tokens = await openId.authorizationCodeGrant(config, callback, {
          pkceCodeVerifier: attempt.verifier,
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          idTokenExpected: true,
        });
        return claimsOf(provider, config, tokens, clock());
      }),
    check: (provider) =>
      withoutDetails(async () => ({ hasDeviceCode: hasDeviceCode(await configurationOf(provider)) })),
    deviceCode: (provider) =>
      withoutDetails(async () => {
        const config = await configurationOf(provider);
        if (!hasDeviceCode(config)) return undefined;
        const scope = provider.scopes.join(' ');
        const given = await openId.initiateDeviceAuthorization(config, { scope });
        const { device_code: code, user_code: userCode, verification_uri: address } = given;
        if (URL.parse(address)?.protocol !== 'https:') {
          throw new SignInFailure('refused', 'the address for the code is none of https');
        }
        return { code, userCode, address, lastsMs: given.expires_in * 1000 };
      }),
    redeemDeviceCode: (provider, code) =>
      withoutDetails(async () => {
        const config = await configurationOf(provider);
        try {
          const tokens = await openId.genericGrantRequest(config, deviceGrant, { device_code: code });
          return await claimsOf(provider, config, tokens, clock());
        } catch (error) {
          if (error instanceof openId.ResponseBodyError && stillWaiting.has(error.error)) return undefined;
          throw error;
        }
      }),
  };
}

const hasDeviceCode = (config: openId.Configuration): boolean =>
  config.serverMetadata().device_authorization_endpoint !== undefined;

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
/** Errors that mean that nobody has typed the code yet (RFC 8628 3.5). */
const stillWaiting: ReadonlySet<string> = new Set(['authorization_pending', 'slow_down']);

async function discover(
  provider: Provider,
  secret: string | undefined,
  fetch: GuardedFetch,
): Promise<openId.Configuration> {
  const transport = guardedTransport(fetch, provider.private_network ? provider.issuer : undefined);
  const from = (issuer: string) =>
    openId.discovery(
      new URL(issuer),
      provider.client_id,
      { [openId.clockTolerance]: skewSeconds },
      secret === undefined ? openId.None() : authentication(secret),
      // Without this the library trusts the connection and leaves the ID token's signature alone.
      {
        [openId.customFetch]: transport,
        timeout: timeoutSeconds,
        execute: [openId.enableNonRepudiationChecks],
      },
    );
  const config = await eitherSpelling(provider.issuer, from);
  const { issuer } = config.serverMetadata();
  // The library excuses some well-known providers from naming themselves; here nobody is.
  if (withoutSlash(new URL(issuer).href) === withoutSlash(provider.issuer)) return config;
  throw new SignInFailure('refused', 'the discovery document is of another issuer');
}

/** An issuer that was cut out of a discovery address may or may not end with a slash. */
async function eitherSpelling<T>(issuer: string, from: (issuer: string) => Promise<T>): Promise<T> {
  try {
    return await from(issuer);
  } catch (error) {
    const isOtherIssuer = error instanceof Error && 'code' in error && error.code === otherIssuerCode;
    if (!isOtherIssuer) throw error;
    return from(issuer.endsWith('/') ? withoutSlash(issuer) : `${issuer}/`);
  }
}

const otherIssuerCode = 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED';
const withoutSlash = (address: string): string => address.replace(/\/$/, '');

/** The way that every provider has to know, unless it names others alone. */
function authentication(secret: string): openId.ClientAuth {
  const [basic, post] = [openId.ClientSecretBasic(secret), openId.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const way = ways.includes('client_secret_basic') || !ways.includes('client_secret_post') ? basic : post;
    return way(server, ...rest);
  };
}

async function claimsOf(
  provider: Provider,
  config: openId.Configuration,
  tokens: openId.TokenEndpointResponse & openId.TokenEndpointResponseHelpers,
  now: number,
): Promise<Claims> {
  const token = tokens.claims();
  if (token?.iss !== config.serverMetadata().issuer) {
    throw new SignInFailure('refused', 'the ID token is of another issuer');
  }
  if (token.iat > now / 1000 + skewSeconds) {
    throw new SignInFailure('refused', 'the ID token is of a later time');
  }
  const isComplete = claimsNeeded(provider).every((name) => name in token);
  if (isComplete || config.serverMetadata().userinfo_endpoint === undefined) return token;
  return joinClaims(token, await openId.fetchUserInfo(config, tokens.access_token, token.sub));
}

async function withoutDetails<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error);
  }
}
