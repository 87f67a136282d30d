import { expect } from 'vitest';
import type { HttpAnswer } from './listening-horde.ts';
import { pictureOf } from './picture.ts';
import {
  formCost,
  formPay,
  type ImageTerms,
  imageCost,
  imagePay,
  type PricedImage,
  textCost,
  textPay,
} from './prices.ts';
import type { Asked, Person, Town } from './town.ts';

export interface ImageWish extends Partial<PricedImage>, Pick<ImageTerms, 'slowWorkers'> {
  readonly n?: number;
  /** More of the body of `POST /generate/async`. */
  readonly more?: object;
  /** Who pays, where the key is not their own. */
  readonly payer?: number;
  readonly usesForeignStyle?: boolean;
}

/** Asks for pictures. @returns what was accepted, or the refusal */
export async function askImage(
  town: Town,
  person: Pick<Person, 'key'> & { id: number },
  wish: ImageWish = {},
): Promise<Asked | HttpAnswer> {
  const { n = 1, width = 512, height = 512, steps = 30, hasUpscaler = false, slowWorkers = true } = wish;
  const tag = town.nextTag();
  const params = { n, width, height, steps, sampler_name: 'k_euler_a' };
  const body = {
    prompt: `a lighthouse, ${tag}`,
    models: ['tiny'],
    slow_workers: slowWorkers,
    params: { ...params, ...(hasUpscaler ? { post_processing: ['RealESRGAN_x2plus'] } : {}) },
    ...wish.more,
  };
  const answer = await town.call('POST', '/generate/async', body, person.key);
  if (answer.status !== 202) return answer;
  const payer = wish.payer ?? person.id;
  town.books.activate(payer, wish.usesForeignStyle === true ? 300 : 100);
  const pay = imagePay({ width, height, steps, hasUpscaler });
  return remember(town, {
    tag,
    kind: 'image',
    id: answer.body.id,
    payer,
    priceOf: ({ isCensored = false }) => ({
      pay,
      cost: imageCost(pay, { hasUpscaler, slowWorkers, isCensored }),
    }),
  });
}

export interface TextWish {
  readonly n?: number;
  readonly maxLength?: number;
  readonly more?: object;
  readonly payer?: number;
}

/** Asks for texts of a model of 13 billion parameters. @returns what was accepted, or the refusal */
export async function askText(
  town: Town,
  person: Pick<Person, 'key'> & { id: number },
  wish: TextWish = {},
): Promise<Asked | HttpAnswer> {
  const { n = 1, maxLength = 80 } = wish;
  const tag = town.nextTag();
  const prompt = `Once upon a time there was ${tag}, and it was a very long errand indeed, longer than others.`;
  const params = { n, max_length: maxLength, max_context_length: 1024 };
  const body = { prompt, models: ['tiny-13B'], params, ...wish.more };
  const answer = await town.call('POST', '/generate/text/async', body, person.key);
  if (answer.status !== 202) return answer;
  const payer = wish.payer ?? person.id;
  town.books.activate(payer, 100);
  return remember(town, {
    tag,
    kind: 'text',
    id: answer.body.id,
    payer,
    priceOf: ({ output = '', isCensored = false }) => {
      const pay = textPay({ prompt, output, maxLength, billions: 13 });
      return { pay, cost: textCost(isCensored ? 0 : pay) };
    },
  });
}

/** Asks for forms of a picture of one tile; that costs nothing yet. */
export async function askForms(
  town: Town,
  person: Person,
  forms: readonly string[],
): Promise<Asked | HttpAnswer> {
  const tag = town.nextTag();
  const body = {
    source_image: pictureOf(tag).toString('base64'),
    forms: forms.map((name) => ({ name })),
  };
  const answer = await town.call('POST', '/interrogate/async', body, person.key);
  if (answer.status !== 202) return answer;
  return remember(town, {
    tag,
    kind: 'interrogation',
    id: answer.body.id,
    payer: person.id,
    priceOf: ({ form = '' }) => ({ pay: formPay(form), cost: formCost(formPay(form)) }),
  });
}

function remember(town: Town, asked: Asked): Asked {
  town.asked.set(asked.tag, asked);
  return asked;
}

/** A request that has to have been accepted. */
export function accepted(answer: Asked | HttpAnswer): Asked {
  if ('status' in answer) throw new Error(`refused with ${answer.status} ${answer.bytes.toString()}`);
  return answer;
}

/** What the horde says of a refused request. */
export function refusal(answer: Asked | HttpAnswer): { status: number; rc: unknown } {
  if (!('status' in answer)) throw new Error(`${answer.id} was accepted`);
  return { status: answer.status, rc: answer.body.rc };
}

export const statusPaths = {
  image: '/generate/status',
  text: '/generate/text/status',
  interrogation: '/interrogate/status',
} as const;

export function statusOf(
  town: Town,
  asked: Pick<Asked, 'id' | 'kind'>,
  method: 'GET' | 'DELETE' = 'GET',
): Promise<HttpAnswer> {
  // Clients follow a request by its id alone.
  return town.call(method, `${statusPaths[asked.kind]}/${asked.id}`, undefined, '');
}

/**
 * Fetches every result as clients do and expects that each was made for this very request.
 * @returns how many there are
 */
export async function collect(town: Town, asked: Asked): Promise<number> {
  const { status, body } = await statusOf(town, asked);
  expect(status).toBe(200);
  const results: string[] = [];
  for (const it of body.generations ?? []) results.push(it.text ?? it.img);
  for (const it of body.forms ?? []) {
    const value: unknown = it.result?.[it.form];
    if (it.state === 'done') results.push(typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const result of results) {
    // Yes or no has no room for more.
    if (result === 'false') continue;
    const made = result.startsWith('http') ? await town.http({ method: 'GET', to: result }) : undefined;
    expect(made?.status ?? 200).toBe(200);
    expect(made?.bytes.toString() ?? result).toContain(`for ${asked.tag}`);
  }
  return results.length;
}
