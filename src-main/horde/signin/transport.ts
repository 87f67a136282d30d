import type { CustomFetch } from 'openid-client';
import { FetchRefusedError, type GuardedFetch } from '#main/platform/guarded-fetch/index.ts';

/** Discovery documents, keys, tokens and user info are small. */
const maxBytes = 256 * 1024;
const emptyStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * The way of the OpenID library to a provider: through the guarded fetcher, and no redirect is followed.
 * @param issuer the only host and port to call, for a provider in the own network; without it anybody in the
 *   public internet may be named by the provider's discovery document
 */
export function guardedTransport(fetch: GuardedFetch, issuer: string | undefined): CustomFetch {
  const reach = issuer === undefined ? {} : { onlyTo: [hostAndPort(issuer)] };
  return async (url, { method, headers, body, signal }) => {
    if (method !== 'GET' && method !== 'POST') throw new TypeError(`a provider is not called by ${method}`);
    if (body != null && typeof body !== 'string' && !(body instanceof URLSearchParams)) {
      throw new TypeError('a provider is sent forms alone');
    }
    const answer = await fetch(url, {
      ...reach,
      method,
      headers,
      maxBytes,
      maxRedirects: 0,
      ...(body == null ? {} : { body: body.toString() }),
      ...(signal ? { signal } : {}),
    });
    if (answer.status >= 500) throw new FetchRefusedError('unreachable');
    return new Response(emptyStatuses.has(answer.status) ? null : Buffer.from(answer.bytes), {
      status: answer.status,
      headers: headersOf(answer.headers),
    });
  };
}

function hostAndPort(issuer: string): string {
  const { hostname, port } = new URL(issuer);
  return `${hostname}:${port === '' ? '443' : port}`;
}

function headersOf(raw: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}
