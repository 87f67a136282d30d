import type { AlchemyPopInput } from '#shared/horde/alchemy/schema.ts';
import type { PopInput } from '#shared/horde/jobs/schema.ts';
import type { TextPopInput } from '#shared/horde/jobs/text-schema.ts';
import { keyOfUser, requestBody } from './horde-data.ts';
import { type Answer, type Call, wireOf } from './load.ts';

interface HordeCallOptions {
  readonly port: number;
  /** How many different calls: one of each user or worker. */
  readonly count: number;
  /** Who wants the answers. */
  readonly done?: (answer: Answer, user: number) => void;
}

/** Requests for pictures, each by a user of its own. */
export function asksOf(options: HordeCallOptions): Call[] {
  return callsOf('/api/v2/generate/async', options, requestBody);
}

/** A pop of each worker, whose owner is the user of the same number. */
export function popsOf(options: HordeCallOptions, bodyOf: (worker: number) => PopInput): Call[] {
  return callsOf('/api/v2/generate/pop', options, bodyOf);
}

/** Calls that each user makes, with a body of its own. */
export function callsOf(
  path: string,
  { port, count, done }: HordeCallOptions,
  bodyOf: (user: number) => object,
): Call[] {
  return Array.from({ length: count }, (_, at) => ({
    wire: wireOf('POST', path, { port, apiKey: keyOfUser(at), body: bodyOf(at) }),
    ...(done && { done: (answer: Answer) => done(answer, at) }),
  }));
}

export function checkOf(port: number, id: string): Call {
  return { wire: wireOf('GET', `/api/v2/generate/check/${id}`, { port }) };
}

const textModel = 'koboldcpp/Writer-7B';

/** Body of a request for texts; so many that workers never run out of them. */
export function textBody(at: number): object {
  return { prompt: `The keeper of lighthouse ${at} wrote:`, models: [textModel], params: { n: 20 } };
}

export function textPopBody(at: number): TextPopInput {
  return { name: `Scribe ${at}`, models: [textModel], max_length: 512, max_context_length: 2048 };
}

export const askedForms = ['caption', 'nsfw', 'interrogation'] as const;

/** Body of a request for an alchemist. @param picture base64 */
export function alchemyBody(picture: string): object {
  return { source_image: picture, forms: askedForms.map((name) => ({ name })) };
}

export function alchemyPopBody(at: number): AlchemyPopInput {
  return { name: `Alchemist ${at}`, forms: [...askedForms], amount: 1 };
}

/** Id of the request, job or form that was answered with. @throws when there is none */
export function idIn({ body }: Answer): string {
  const answer: unknown = JSON.parse(body);
  const id = idOf(answer) ?? idOf(firstForm(answer));
  if (id === undefined) throw new Error(`there is no id in ${body.slice(0, 300)}`);
  return id;
}

/** Kind of the form that an alchemist was given. @throws when there is none */
export function formIn({ body }: Answer): string {
  const form = firstForm(JSON.parse(body));
  if (typeof form === 'object' && form !== null && 'form' in form) return String(form.form);
  throw new Error(`there is no form in ${body.slice(0, 300)}`);
}

function idOf(answer: unknown): string | undefined {
  const id = typeof answer === 'object' && answer !== null && 'id' in answer ? answer.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

function firstForm(answer: unknown): unknown {
  const forms = typeof answer === 'object' && answer !== null && 'forms' in answer ? answer.forms : undefined;
  return Array.isArray(forms) ? (forms[0] as unknown) : undefined;
}
