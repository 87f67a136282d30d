import { expect } from 'vitest';
import type { HttpAnswer } from './listening-horde.ts';
import { pictureOf, tagIn } from './picture.ts';
import { uptimePay } from './prices.ts';
import type { Kind, Person, Town } from './town.ts';

/** A job in the hands of a worker. */
export interface Held {
  readonly id: string;
  /** Whose request it is; nothing for made-up work. */
  readonly tag: string | undefined;
  readonly form?: string;
  readonly upload?: string;
  readonly seed?: string;
  /** All that the worker was told. */
  readonly told: unknown;
}

export interface Delivery {
  readonly state?: 'ok' | 'censored' | 'faulted';
  /** What a scribe writes after the name of the errand. */
  readonly story?: string;
}

/** A worker as stock workers are: pops, uploads by the signed link, submits, and tries again what failed. */
export interface Worker {
  readonly kind: Kind;
  readonly name: string;
  readonly owner: Person;
  /** @throws Error on a refusal; `offer` gives that back */
  readonly pop: (amount?: number) => Promise<Held[]>;
  readonly offer: (amount?: number) => Promise<HttpAnswer>;
  /** The submit's last answer; what it is paid for enters the books once. */
  readonly deliver: (held: Held, delivery?: Delivery) => Promise<HttpAnswer>;
  /** Pops and delivers until there is nothing, a batch at the same time. @returns how much it delivered */
  readonly work: (amount?: number) => Promise<number>;
}

export interface WorkerOptions {
  readonly name: string;
  readonly owner: Person;
  /** It is neither paused nor in maintenance: its uptime is paid. */
  readonly isOnDuty?: () => boolean;
}

const paths = {
  image: ['/generate/pop', '/generate/submit'],
  text: ['/generate/text/pop', '/generate/text/submit'],
  interrogation: ['/interrogate/pop', '/interrogate/submit'],
} as const;
const scribeContext = 4096;
const offers = {
  image: {
    models: ['tiny'],
    bridge_agent: 'AI Horde Worker reGen:10.0.1:https://example.org',
    nsfw: true,
    threads: 1,
    max_pixels: 4_194_304,
    allow_img2img: true,
    allow_painting: true,
    allow_unsafe_ipaddr: true,
    allow_post_processing: true,
    allow_controlnet: false,
    allow_sdxl_controlnet: false,
    allow_lora: false,
  },
  text: {
    models: ['tiny-13B'],
    bridge_agent: 'KoboldCppEmbedWorker:2:https://example.org',
    nsfw: true,
    threads: 1,
    max_length: 512,
    max_context_length: scribeContext,
  },
  interrogation: { forms: ['caption', 'nsfw', 'interrogation', 'GFPGAN'], threads: 1, max_tiles: 16 },
} as const;
/** What tells a stock worker not to try again (`worker.md` 1.8). */
const final = /already submitted|Please check your worker speed|Processing Job with ID .* does not exist/;
const maxTries = 10;
/** What a batch takes: faster than what the horde calls slow. */
const secondsOfWork = 2;

export function createWorker(town: Town, kind: Kind, options: WorkerOptions): Worker {
  const { name, owner } = options;
  const [popPath, submitPath] = paths[kind];
  const clockIn = createTimesheet(town, kind, options);
  const offer = async (amount = 1): Promise<HttpAnswer> => {
    const answer = await town.call('POST', popPath, { name, amount, ...offers[kind] }, owner.key);
    // A worker in maintenance checks in, too, before it hears so.
    if (answer.status === 200 || answer.body?.rc === 'WorkerMaintenance') clockIn();
    return answer;
  };
  const pop = async (amount?: number): Promise<Held[]> => {
    const answer = await offer(amount);
    if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${answer.bytes.toString()}`);
    return kind === 'interrogation' ? formsOf(town, answer.body.forms ?? []) : jobsOf(answer.body);
  };
  const submit = async (held: Held, delivery: Delivery): Promise<HttpAnswer> => {
    const made = `${delivery.story ?? 'made'} for ${held.tag ?? 'nobody'} by ${name}`;
    let answer: HttpAnswer | undefined;
    for (let tries = 0; tries < maxTries; tries += 1) {
      if (held.upload !== undefined && delivery.state !== 'faulted') await upload(town, held, made);
      answer = await town.call('POST', submitPath, bodyOf(kind, held, delivery, made), owner.key);
      if (answer.status === 200 || final.test(answer.bytes.toString())) return answer;
    }
    throw new Error(`${name} gave up: ${answer?.status} ${answer?.bytes.toString()}`);
  };
  const deliver = async (held: Held, delivery: Delivery = {}): Promise<HttpAnswer> => {
    const answer = await submit(held, delivery);
    if (answer.status === 200) book(town, { held, delivery, owner, name, reward: answer.body.reward });
    return answer;
  };
  return {
    kind,
    name,
    owner,
    pop,
    offer,
    deliver,
    work: async (amount = 4) => {
      for (let count = 0; ;) {
        const jobs = await pop(amount);
        if (jobs.length === 0) return count;
        town.clock.now += secondsOfWork * 1000;
        const answers = await Promise.all(jobs.map((held) => deliver(held)));
        expect(answers.map(({ status }) => status)).toEqual(jobs.map(() => 200));
        count += jobs.length;
      }
    },
  };
}

/** Books the uptime of a worker as `kudos.md` 1.9 says: no more than 300 s between two pops count. */
function createTimesheet(town: Town, kind: Kind, { owner, isOnDuty = () => true }: WorkerOptions) {
  let last: number | undefined;
  let restarts = 0;
  let uptime = 0;
  let mark = 0;
  return (): void => {
    const { now } = town.clock;
    const since = (now - (last ?? now)) / 1000;
    // The horde counts every half a minute, and the first time that it sees a worker.
    if (last !== undefined && since < 30 && restarts === town.restarts) return;
    last = now;
    restarts = town.restarts;
    if (since > 300 || !isOnDuty()) return void (mark = uptime);
    uptime += since;
    if (uptime - mark <= 600) return;
    mark = uptime;
    town.books.uptime(owner.id, uptimePay(kind, scribeContext), kind);
  };
}

interface PopBody {
  readonly ids: readonly string[];
  readonly payload: { readonly prompt?: string; readonly seed?: string };
  readonly r2_uploads?: readonly string[];
}

function jobsOf(told: PopBody): Held[] {
  const { payload } = told;
  return told.ids.map((id, at) => ({
    id,
    tag: tagIn(payload.prompt ?? ''),
    ...(payload.seed === undefined ? {} : { seed: payload.seed }),
    ...(told.r2_uploads?.[at] === undefined ? {} : { upload: told.r2_uploads[at] }),
    told,
  }));
}

interface PopForm {
  readonly id: string;
  readonly form: string;
  readonly source_image: string;
  readonly r2_upload?: string;
}

/** An alchemist looks at the picture: that is where it learns whose errand it is. */
async function formsOf(town: Town, forms: readonly PopForm[]): Promise<Held[]> {
  const held: Held[] = [];
  for (const form of forms) {
    const picture = await town.http({ method: 'GET', to: form.source_image });
    expect(picture.status).toBe(200);
    const source = picture.bytes.toString('latin1');
    held.push({
      id: form.id,
      form: form.form,
      tag: tagIn(source),
      ...(form.r2_upload === undefined ? {} : { upload: form.r2_upload }),
      told: { form, source },
    });
  }
  return held;
}

/** Stock workers send no content type with an upload and want exactly 200. */
async function upload(town: Town, held: Held, made: string): Promise<void> {
  const payload = pictureOf(made);
  await town.http({ method: 'PUT', to: held.upload ?? '', payload });
}

function bodyOf(kind: Kind, held: Held, { state = 'ok' }: Delivery, made: string): object {
  const { id, form = '' } = held;
  if (kind === 'interrogation') {
    const value =
      form === 'nsfw' ? false : form === 'interrogation' ? { tags: [{ text: made, confidence: 1 }] } : made;
    const result = held.upload === undefined ? value : 'R2';
    return { id, result: { [form]: state === 'faulted' ? 'faulted' : result }, state };
  }
  if (kind === 'text') return { id, generation: state === 'faulted' ? 'faulted' : made, state };
  if (state === 'faulted') return { id, generation: 'faulted', seed: -1, state };
  return { id, generation: 'R2', seed: Number(held.seed), state, gen_metadata: [] };
}

/** A result that was accepted is paid once: an identical repeat hears the same and moves nothing. */
function book(
  town: Town,
  it: { held: Held; delivery: Delivery; owner: Person; name: string; reward: number },
): void {
  const { held, delivery, owner } = it;
  if (delivery.state === 'faulted') return expect(it.reward).toBe(0);
  // Made-up work pays nobody, whatever it says.
  const asked = held.tag === undefined ? undefined : town.asked.get(held.tag);
  if (!asked) return;
  const price = asked.priceOf({
    ...(held.form === undefined ? {} : { form: held.form }),
    output: `${delivery.story ?? 'made'} for ${held.tag} by ${it.name}`,
    isCensored: delivery.state === 'censored',
  });
  expect(it.reward).toBe(price.pay / 100);
  if (town.paid.has(held.id)) return;
  town.paid.add(held.id);
  town.books.settle(asked.payer, owner.id, price);
}
