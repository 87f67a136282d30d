/** How a client or worker is called that does not say: `name:version:contact`. */
export const unknownAgent = 'unknown:0:unknown';

/**
 * What a client or worker calls itself, fit for logs and lists (CLA-01). Self-declared: never a reason to
 * trust it.
 */
export function agentOf(declared: string | undefined): string {
  const agent = (declared ?? '').replaceAll(/\p{Cc}/gu, '').trim();
  return agent === '' ? unknownAgent : agent.slice(0, 255);
}
