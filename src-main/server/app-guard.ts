import type { FastifyRequest } from 'fastify';
import { ProblemError } from '#shared/common/problem.ts';
import { hostOf } from './host-header.ts';

const ownNames: readonly string[] = ['127.0.0.1', 'localhost'];
/** What Node's inject stands for, which has no socket: the default port of HTTP. */
const defaultPort = 80;

/** Where a request to the app listener says it goes. */
export type HostVerdict = 'ours' | 'malformed' | 'foreign';

/**
 * Whether `Host` names this listener (`accounts-and-safety.md` T-THR-01): a page whose own name was
 * rebound to loopback carries that name here.
 */
export function judgeHost(request: FastifyRequest): HostVerdict {
  const parts = /^([^:]+)(?::(\d{1,5}))?$/.exec(hostOf(request) ?? '');
  if (!parts) return 'malformed';
  const isOurs =
    ownNames.includes((parts[1] ?? '').toLowerCase()) && Number(parts[2] ?? defaultPort) === portOf(request);
  return isOurs ? 'ours' : 'foreign';
}

/**
 * Refuses what another page sent (`accounts-and-safety.md` T-THR-02). Pages on other ports of this
 * computer count as the same site, so their requests carry the cookie: only the same origin and
 * what a person opens themselves get through.
 * @throws ProblemError 403
 */
export function refuseForeignPages(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isOwnOrigin = origin === undefined || origin === `http://${host}`;
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOwnOrigin || !isOwnSite) {
    throw new ProblemError(403, 'ForeignOrigin', 'Only pages of Yurt itself may do this.');
  }
}

function portOf(request: FastifyRequest): number {
  return request.socket.localPort ?? defaultPort;
}
