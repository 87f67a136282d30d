import type { FastifyReply, FastifyRequest } from 'fastify';
import { hostname } from 'node:os';
import type { Problem } from '#shared/common/problem.ts';
import { hostOf } from './host-header.ts';

const allowedMethods = 'POST, GET, OPTIONS, PUT, DELETE, PATCH';
const allowedHeaders = 'apikey, Client-Agent, Content-Type, X-Fields, Proxied-For, Proxy-Authorization';
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];
const loopbackAddress = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/;
const loopbackName = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export interface OriginRules {
  /** Host names beside this computer's own that callers may use, without a port. */
  readonly allowedHosts: readonly string[];
  /** Origins of other websites that may call from a browser; `any` echoes whoever asks. */
  readonly allowedOrigins: readonly string[] | 'any';
}

/** Answers to the same question about a host, so that a name is parsed once and not with every call. */
const rememberedHosts = 100;

/**
 * The first gate of the horde listener (`accounts-and-safety.md` T-THR-01 to 05, `decisions.md` 27):
 * refuses foreign host names and origins before any handler and sets `isLocal` and the CORS headers.
 * The gate gives the reply when the call was answered by it.
 */
export function createOriginGate(
  rules: OriginRules,
): (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined {
  const known = new Map<string, boolean>();
  const isOwn = (request: FastifyRequest, host: string): boolean => {
    const { localAddress, localPort } = request.raw.socket;
    const key = `${host} ${localAddress ?? ''} ${localPort ?? ''}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= rememberedHosts) known.clear();
    const verdict = isOwnHost(rules, request, host);
    known.set(key, verdict);
    return verdict;
  };
  return (request, reply) => checkOrigin(rules, isOwn, request, reply);
}

function checkOrigin(
  rules: OriginRules,
  isOwn: (request: FastifyRequest, host: string) => boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined {
  const host = hostOf(request);
  if (host === undefined) {
    return reply.code(400).send({ message: 'One Host header is required.' } satisfies Problem);
  }
  if (!isOwn(request, host)) return reply.code(421).send();
  const { origin } = request.headers;
  const isNear = origin === undefined || isNearOrigin(origin, host);
  request.isLocal = isNear && isLocalSocket(request);
  if (origin === undefined) return refuseForeignFetch(request, reply);
  reply.header('vary', 'Origin');
  if (!isNear && !isListed(rules, origin)) {
    return reply.code(403).send({ message: 'This website may not call this horde.' } satisfies Problem);
  }
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': allowedMethods,
    'access-control-allow-headers': allowedHeaders,
    'access-control-expose-headers':
      'Horde-Node, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset',
  });
  return undefined;
}

function isOwnHost(rules: OriginRules, request: FastifyRequest, host: string): boolean {
  const parsed = URL.parse(`http://${host}`);
  if (!parsed || parsed.username !== '' || parsed.pathname !== '/') return false;
  const { localAddress, localPort } = request.raw.socket;
  // An injected call has no port of its own to compare with.
  if (localPort !== undefined && Number(parsed.port === '' ? 80 : parsed.port) !== localPort) return false;
  const name = parsed.hostname;
  if (loopbackName.test(name) || rules.allowedHosts.includes(name)) return true;
  if (name === `${hostname().toLowerCase()}.local`) return true;
  return localAddress !== undefined && name === literalOf(localAddress);
}

/** An address as it stands in a URL: IPv6 in brackets, mapped IPv4 as IPv4. */
function literalOf(address: string): string {
  const ipv4 = address.replace(/^::ffff:(?=\d+\.)/, '');
  return ipv4.includes(':') ? `[${ipv4}]` : ipv4;
}

/** Pages of this horde itself and pages from the visitor's own computer. */
function isNearOrigin(origin: string, host: string): boolean {
  const parsed = URL.parse(origin);
  if (!parsed || parsed.origin !== origin || !/^https?:$/.test(parsed.protocol)) return false;
  return loopbackName.test(parsed.hostname) || parsed.host === host;
}

function isListed(rules: OriginRules, origin: string): boolean {
  if (origin === 'null') return false;
  return rules.allowedOrigins === 'any' || rules.allowedOrigins.includes(origin);
}

/** A tunnel on this computer must not make the whole world local: any forwarding header loses it. */
function isLocalSocket(request: FastifyRequest): boolean {
  const address = request.raw.socket.remoteAddress;
  if (address === undefined || !loopbackAddress.test(address)) return false;
  return forwardingHeaders.every((name) => request.headers[name] === undefined);
}

/** Browsers send no `Origin` with plain GETs; what they say about the page tells a link from a fetch. */
function refuseForeignFetch(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const site = request.headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return undefined;
  const isLink = request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate';
  if (isLink && request.headers['sec-fetch-dest'] === 'document') return undefined;
  return reply.code(403).send({ message: 'This website may not call this horde.' } satisfies Problem);
}
