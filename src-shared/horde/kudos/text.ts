/** Prices of text work (`kudos.md` 2.1, `queue.md` 1.8). Pure; `…Cents` are integer cents. */
import { round2, toCents } from './money.ts';

/** Surcharge of every finished text: the horde's tax. */
const taxCents = 100;
/** Share that a text earns from a backend that nobody has validated. */
const unvalidatedShare = 0.3;
const unknownModelRate = 0.027;

/** What the price of one text depends on. Lengths of texts are counted in Unicode code points. */
export interface TextPriceInput {
  readonly promptCharacters: number;
  /** Length of the generated text; undefined when none was ever delivered. */
  readonly outputCharacters: number | undefined;
  /** Tokens that were asked for. */
  readonly maxLength: number;
  /** Billions of parameters of the model that served the job; undefined for an unknown model. */
  readonly billions: number | undefined;
  /** Decides what an unknown model earns. */
  readonly isWorkerTrusted: boolean;
  readonly isValidatedBackend: boolean;
}

/** Tokens that a text of so many characters is taken for. */
export function textTokens(characters: number): number {
  return Math.max(20, Math.ceil(characters / 4));
}

/** Tokens that a finished text counts for, in records and in its price. */
export function textThings(outputCharacters: number | undefined, maxLength: number): number {
  return outputCharacters === undefined ? 0 : Math.min(maxLength, textTokens(outputCharacters));
}

function contextFactor(tokens: number): number {
  return Math.min(30, Math.max(0.1, 1.2 + 2.2 ** Math.log2(tokens / 1024)));
}

/** Weight of a model by its size: bigger ones are dearer than their share. */
function sizeFactor(billions: number): number {
  return (Math.max(billions, 13) / 13) ** 0.2 * billions;
}

/** What a finished text earns its worker's owner, in kudos that are not yet rounded for an unknown model. */
export function textReward(input: TextPriceInput): number {
  const tokens = textThings(input.outputCharacters, input.maxLength);
  const context = contextFactor(Math.min(input.maxLength, textTokens(input.promptCharacters)));
  if (input.billions === undefined) {
    return input.isWorkerTrusted ? tokens * context * unknownModelRate : context;
  }
  const share = input.isValidatedBackend ? 1 : unvalidatedShare;
  return round2(((tokens * sizeFactor(input.billions)) / 125) * share * context);
}

/** `textReward` in cents. */
export function textRewardCents(input: TextPriceInput): number {
  return toCents(textReward(input));
}

/** What the requester pays for one finished text; a censored one has a reward of 0 here. */
export function textCostCents(rewardCents: number): number {
  return rewardCents + taxCents;
}

/**
 * What one text is expected to earn, in kudos: the whole length and context with the first named model.
 * `model` is undefined when the request names none, its `billions` when nothing knows it (`kudos.md` D11).
 */
export function textEstimate(input: {
  readonly maxLength: number;
  readonly maxContextLength: number;
  readonly model: { readonly billions: number | undefined } | undefined;
}): number {
  const context = contextFactor(input.maxContextLength);
  if (!input.model) return round2((input.maxLength * 13 * context) / 100);
  const { billions } = input.model;
  if (billions === undefined) return input.maxLength * unknownModelRate * context;
  return round2((input.maxLength * sizeFactor(billions) * context) / 100);
}

/** What a dry run answers, in kudos: `(k + 1) * n` and the tax of the request. */
export function textDryRun(estimate: number, texts: number, activationTaxCents: number): number {
  return (estimate + taxCents / 100) * texts + activationTaxCents / 100;
}

/**
 * What must be available before a heavy text request is accepted, in cents (`queue.md` 1.8).
 * `billions` are those of the named models; an unknown one counts as 1.
 */
export function textUpfrontCents(input: {
  readonly maxLength: number;
  readonly texts: number;
  readonly billions: ReadonlyArray<number | undefined>;
}): number {
  if (input.billions.length === 0) return 2000 * input.texts;
  const largest = Math.max(...input.billions.map((billions) => billions ?? 1));
  return toCents((input.maxLength * largest) / 21) * input.texts;
}
