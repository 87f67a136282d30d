/**
 * Prices in cents, told once more from `kudos.md` alone and in the plainest way: the journeys hold the
 * horde to them. Only what the journeys ask for is here.
 */

const cents = (kudos: number): number => Math.round(kudos * 100);

export interface PricedImage {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly hasUpscaler?: boolean;
}

/** What a worker earns with one picture by `k_euler_a`, maybe doubled by RealESRGAN_x2plus (3.2). */
export function imagePay({ width, height, steps, hasUpscaler = false }: PricedImage): number {
  const side = (width + height) / 1024;
  const area = (width * height) / 262_144;
  const fixed = 3.17 + 2.97 * Math.max(0, side - 1.1) ** 2 + 0.163 * area ** 2;
  const step = 0.16 + 0.22 * Math.max(0, side - 0.83) ** 2;
  const count =
    0.7 * Math.min(steps, 16) + Math.max(0, Math.min(steps, 48) - 16) + 0.8 * Math.max(0, steps - 48);
  const picture = fixed + step * count;
  return cents(hasUpscaler ? picture + 0.172 * picture + 1.38 * side ** 2 : picture);
}

export interface ImageTerms {
  readonly hasUpscaler?: boolean;
  readonly slowWorkers?: boolean;
  readonly isCensored?: boolean;
}

/** What a requester pays for one picture (1.4). */
export function imageCost(pay: number, terms: ImageTerms = {}): number {
  const { hasUpscaler = false, slowWorkers = true, isCensored = false } = terms;
  const price = (isCensored ? 0 : pay) * (hasUpscaler ? 1.05 : 1) + 100;
  return Math.round(slowWorkers ? price : price * 1.2);
}

const tokensOf = (text: string): number => Math.max(20, Math.ceil(Array.from(text).length / 4));

export interface PricedText {
  readonly prompt: string;
  readonly output: string;
  readonly maxLength: number;
  /** Billions of parameters, 13 at most. */
  readonly billions: number;
}

/** What a worker earns with one text (2.1), of which control characters are no part. */
export function textPay({ prompt, output, maxLength, billions }: PricedText): number {
  const delivered = Array.from(output).filter((it) => it >= ' ' || it === '\n' || it === '\t');
  const out = Math.min(maxLength, tokensOf(delivered.join('')));
  const context = Math.min(maxLength, tokensOf(prompt));
  return cents(((out * billions) / 125) * (1.2 + 2.2 ** Math.log2(context / 1024)));
}

/** A requester pays one kudos more than its worker earns (1.4). */
export const textCost = (pay: number): number => pay + 100;

/** What a worker earns with one form of a picture of one tile (2.2). */
export function formPay(form: string): number {
  return ['caption', 'nsfw', 'vectorize', 'palette', 'describe', 'aesthetic'].includes(form) ? 100 : 300;
}

/** With slow workers, which cost more here (2.2, D2). */
export const formCost = (pay: number): number => pay + 200;

/** What 600 seconds of uptime earn (2.3): one image model without LoRA, a 13B text model, any alchemist. */
export function uptimePay(kind: 'image' | 'text' | 'interrogation', maxContextLength = 0): number {
  if (kind === 'image') return 5200;
  if (kind === 'interrogation') return 4000;
  return cents((25 + (15 * maxContextLength) / 1024) * (13 / 7));
}
