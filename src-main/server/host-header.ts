import type { FastifyRequest } from 'fastify';

/** The `Host` of a call; nothing for a call that has none or several, whose place proxies disagree about. */
export function hostOf(request: FastifyRequest): string | undefined {
  const names = request.raw.rawHeaders.filter((_, at) => at % 2 === 0);
  const isOne = names.filter((name) => name.toLowerCase() === 'host').length === 1;
  return isOne ? request.headers.host : undefined;
}
