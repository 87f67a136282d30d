import sharp from 'sharp';
import {
  alchemyBody,
  alchemyPopBody,
  askedForms,
  asksOf,
  callsOf,
  checkOf,
  formIn,
  idIn,
  popsOf,
  textBody,
  textPopBody,
} from './horde-calls.ts';
import { keyOfUser, popBody, requestBody } from './horde-data.ts';
import { type Call, inTurn, wireOf } from './load.ts';

/** Calls of one name, in turns with those of the other names. */
export interface NamedCalls {
  readonly name: string;
  readonly of: 'bare' | 'yurt';
  /** Undefined when there is nothing more to ask for. */
  readonly next: () => Call | undefined;
}

interface Ports {
  readonly bare: number;
  readonly yurt: number;
}

/** How many users ask, and how many workers of each kind work for them. */
interface Crowd {
  readonly users: number;
  readonly workers: number;
}

/** A job or form in somebody's hands. */
interface Taken {
  readonly id: string;
  readonly apiKey: string;
  readonly form?: string;
}

/** What every client and worker does, for images, texts and forms, beside the bare routes. */
export async function apiCalls(ports: Ports, crowd: Crowd): Promise<NamedCalls[]> {
  const picture = await smallPicture();
  return [
    ...bareCalls(ports.bare),
    ...imageCalls(ports.yurt, crowd, picture),
    ...textCalls(ports.yurt, crowd),
    ...alchemyCalls(ports.yurt, crowd, picture),
  ];
}

function bareCalls(port: number): NamedCalls[] {
  const get = { wire: wireOf('GET', '/bare', { port }) };
  const post = { wire: wireOf('POST', '/bare', { port, body: requestBody(0) }) };
  return [
    { name: 'bare GET', of: 'bare', next: () => get },
    { name: 'bare POST', of: 'bare', next: () => post },
  ];
}

function imageCalls(port: number, { users, workers }: Crowd, picture: string): NamedCalls[] {
  const requests: string[] = [];
  const jobs: Taken[] = [];
  const asks = asksOf({ port, count: users, done: (answer) => void requests.push(idIn(answer)) });
  const take: Parameters<typeof popsOf>[0]['done'] = (answer, user) =>
    void jobs.push({ id: idIn(answer), apiKey: keyOfUser(user) });
  const submit = ({ id }: Taken) => ({ id, generation: picture, state: 'ok', seed: 1 });
  return [
    { name: 'async', of: 'yurt', next: inTurn(asks) },
    { name: 'check', of: 'yurt', next: () => checkOf(port, oneOf(requests)) },
    { name: 'pop', of: 'yurt', next: inTurn(popsOf({ port, count: workers, done: take }, popBody)) },
    { name: 'submit', of: 'yurt', next: submits(port, '/api/v2/generate/submit', jobs, submit) },
  ];
}

function textCalls(port: number, { users, workers }: Crowd): NamedCalls[] {
  const requests: string[] = [];
  const jobs: Taken[] = [];
  const done: Parameters<typeof callsOf>[1]['done'] = (answer) => void requests.push(idIn(answer));
  const asks = callsOf('/api/v2/generate/text/async', { port, count: users, done }, textBody);
  const take: typeof done = (answer, user) => void jobs.push({ id: idIn(answer), apiKey: keyOfUser(user) });
  const pops = callsOf('/api/v2/generate/text/pop', { port, count: workers, done: take }, textPopBody);
  const status = () => ({
    wire: wireOf('GET', `/api/v2/generate/text/status/${oneOf(requests)}`, { port }),
  });
  const submit = ({ id }: Taken) => ({ id, generation: 'The light has been out for three nights.', seed: 1 });
  return [
    { name: 'text async', of: 'yurt', next: inTurn(asks) },
    { name: 'text status', of: 'yurt', next: status },
    { name: 'text pop', of: 'yurt', next: inTurn(pops) },
    { name: 'text submit', of: 'yurt', next: submits(port, '/api/v2/generate/text/submit', jobs, submit) },
  ];
}

function alchemyCalls(port: number, { users, workers }: Crowd, picture: string): NamedCalls[] {
  const requests: string[] = [];
  const forms: Taken[] = [];
  let waiting = 0;
  const done: Parameters<typeof callsOf>[1]['done'] = (answer) => {
    requests.push(idIn(answer));
    waiting += askedForms.length;
  };
  const asks = callsOf('/api/v2/interrogate/async', { port, count: users, done }, () => alchemyBody(picture));
  const take: typeof done = (answer, user) =>
    void forms.push({ id: idIn(answer), apiKey: keyOfUser(user), form: formIn(answer) });
  const pop = inTurn(
    callsOf('/api/v2/interrogate/pop', { port, count: workers, done: take }, alchemyPopBody),
  );
  const status = () => ({ wire: wireOf('GET', `/api/v2/interrogate/status/${oneOf(requests)}`, { port }) });
  const submit = ({ id, form = '' }: Taken) => ({ id, result: { [form]: resultOf(form) }, state: 'ok' });
  return [
    { name: 'alchemy async', of: 'yurt', next: inTurn(asks) },
    { name: 'alchemy status', of: 'yurt', next: status },
    { name: 'alchemy pop', of: 'yurt', next: () => ((waiting -= 1) < 0 ? undefined : pop()) },
    { name: 'alchemy submit', of: 'yurt', next: submits(port, '/api/v2/interrogate/submit', forms, submit) },
  ];
}

function resultOf(form: string): unknown {
  if (form === 'nsfw') return false;
  return form === 'caption' ? 'a lighthouse at dusk' : { tags: [{ text: 'sea', confidence: 0.9 }] };
}

/** Submits of what was taken, as long as there is anything. */
function submits(
  port: number,
  path: string,
  taken: Taken[],
  bodyOf: (job: Taken) => object,
): () => Call | undefined {
  return () => {
    const job = taken.pop();
    return job && { wire: wireOf('POST', path, { port, apiKey: job.apiKey, body: bodyOf(job) }) };
  };
}

function oneOf(ids: readonly string[]): string {
  return ids[Math.floor(Math.random() * ids.length)] ?? '';
}

/** Base64 of a small WebP: what is measured is core, not the coding of pictures. */
async function smallPicture(): Promise<string> {
  const plain = { width: 64, height: 64, channels: 3, background: '#4060a0' } as const;
  const webp = await sharp({ create: plain }).webp().toBuffer();
  return webp.toString('base64');
}
