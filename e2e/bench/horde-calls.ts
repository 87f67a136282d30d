import type { PopInput } from '#shared/horde/jobs/schema.ts';
import { keyOfUser, requestBody } from './horde-data.ts';
import { type Answer, type Call, wireOf } from './load.ts';

interface HordeCallOptions {
  readonly port: number;
  /** How many different calls: one of each user or worker. */
  readonly count: number;
  /** Who wants the answers. */
  readonly done?: (answer: Answer) => void;
}

/** Requests for pictures, each by a user of its own. */
export function asksOf({ port, count, done }: HordeCallOptions): Call[] {
  return Array.from({ length: count }, (_, at) => ({
    wire: wireOf('POST', '/api/v2/generate/async', { port, apiKey: keyOfUser(at), body: requestBody(at) }),
    ...(done && { done }),
  }));
}

/** A pop of each worker, whose owner is the user of the same number. */
export function popsOf(
  { port, count }: Omit<HordeCallOptions, 'done'>,
  bodyOf: (worker: number) => PopInput,
): Call[] {
  return Array.from({ length: count }, (_, at) => ({
    wire: wireOf('POST', '/api/v2/generate/pop', { port, apiKey: keyOfUser(at), body: bodyOf(at) }),
  }));
}

export function checkOf(port: number, id: string): Call {
  return { wire: wireOf('GET', `/api/v2/generate/check/${id}`, { port }) };
}

/** Id of the request or job that was answered with. @throws when there is none */
export function idIn({ body }: Answer): string {
  const answer: unknown = JSON.parse(body);
  const id = typeof answer === 'object' && answer !== null && 'id' in answer ? answer.id : undefined;
  if (typeof id !== 'string') throw new Error(`there is no id in ${body.slice(0, 300)}`);
  return id;
}
