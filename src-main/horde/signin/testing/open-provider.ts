import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { generate } from 'selfsigned';
import { request } from 'undici';

export const clientId = 'yurt';
export const clientSecret = 'the secret of the client, which no database may hold';
const scopes = ['openid', 'email', 'groups'];

type Json = Record<string, unknown>;
/** Changes what the provider answers at a path. */
export type Tamper = (path: string, body: Json) => Json | undefined;
export type TestProvider = Awaited<ReturnType<typeof openProvider>>;

/** A certificate for names under `idp.test`, which nobody but a test believes. */
export async function makeCertificate() {
  const made = await generate([{ name: 'commonName', value: 'idp.test' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'idp.test' }] },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/**
 * A real OpenID Connect provider over https on this computer. Between it and its callers stands a proxy that
 * counts the calls, changes answers where a test asks for that, and can be away.
 */
export async function openProvider(certificate: { cert: string; key: string }, callbacks: readonly string[]) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyId = 'the key';
  /** What the provider says of an account, beside its name. */
  const people = new Map<string, Json>();
  const calls: string[] = [];
  const state: { tamper: Tamper | undefined; isAway: boolean } = { tamper: undefined, isAway: false };

  const inner = createHttpServer((incoming, response) => {
    // Who comes to sign in says who they are, and that is believed.
    const account = incoming.headers['x-account'];
    if (incoming.url?.startsWith('/interaction/') && typeof account === 'string') {
      void provider.interactionFinished(incoming, response, { login: { accountId: account } });
    } else {
      void provider.callback()(incoming, response);
    }
  });
  const innerPort = await listen(inner);
  const outer = createHttpsServer(certificate, (incoming, response) => {
    const path = new URL(incoming.url ?? '/', 'https://idp.test').pathname;
    calls.push(`${incoming.method} ${path}`);
    if (state.isAway) {
      response.writeHead(502).end();
      return;
    }
    void pass(incoming, innerPort).then(({ status, headers, body }) => {
      const changed = changedBody(path, body, state.tamper);
      response.writeHead(status, { ...headers, 'content-length': changed.length });
      response.end(changed);
    });
  });
  const issuer = `https://idp.test:${await listen(outer)}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: callbacks,
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true } },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes,
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: async (_context, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, ...people.get(accountId) }),
    }),
    // Nobody is asked to consent.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope(oidc.params.scope);
      await grant.save();
      return grant;
    },
    ttl: {
      DeviceCode: 300,
      AccessToken: 60,
      AuthorizationCode: 60,
      Grant: 60,
      IdToken: 600,
      Interaction: 60,
      Session: 60,
    },
  });
  provider.proxy = true;

  return {
    issuer,
    people,
    calls,
    state,
    privateKey,
    publicPem: createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString(),
    /** An ID token as the provider itself would sign it, or as somebody else would. */
    signed: (claims: Json, header: Json = {}, key: KeyObject | string | undefined = privateKey): string => {
      const whole = { alg: 'RS256', typ: 'JWT', kid: keyId, ...header };
      const text = [whole, claims].map((part) => encode(JSON.stringify(part))).join('.');
      if (key === undefined) return `${text}.`;
      const mark =
        typeof key === 'string'
          ? createHmac('sha256', key).update(text).digest()
          : sign('sha256', Buffer.from(text), key);
      return `${text}.${mark.toString('base64url')}`;
    },
    close: async () => {
      for (const server of [outer, inner]) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}

/** The claims of a token, unchecked. */
export function claimsIn(token: unknown): Json {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString());
}

const encode = (text: string): string => Buffer.from(text).toString('base64url');

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It listens on a port and not on a pipe.
  return (server.address() as AddressInfo).port;
}

async function pass(incoming: IncomingMessage, port: number) {
  const body = Buffer.concat(await incoming.toArray());
  const { connection: _, ...headers } = incoming.headers;
  const answer = await request(`http://127.0.0.1:${port}${incoming.url}`, {
    // Only what browsers and clients send arrives here.
    method: incoming.method as 'GET' | 'POST',
    headers: { ...headers, 'x-forwarded-proto': 'https' },
    ...(body.length > 0 ? { body } : {}),
  });
  const { 'transfer-encoding': __, connection: ___, ...kept } = answer.headers;
  return { status: answer.statusCode, headers: kept, body: Buffer.from(await answer.body.arrayBuffer()) };
}

function changedBody(path: string, body: Buffer, tamper: Tamper | undefined): Buffer {
  if (!tamper || body[0] !== 0x7b) return body;
  const json: Json = JSON.parse(body.toString());
  return Buffer.from(JSON.stringify(tamper(path, json) ?? json));
}
