import type { RequestType } from '#main/db/tables/horde-work.ts';
import type { ImagesService, SourceRules } from '#main/horde/images/index.ts';
import { activationTaxCents } from '#shared/horde/kudos/rules.ts';
import { textUpfrontCents } from '#shared/horde/kudos/text.ts';
import { type CheckContext, checkImageParams } from '#shared/horde/requests/image-checks.ts';
import { baselineOf, type ImageReference } from '#shared/horde/requests/models.ts';
import { deriveImageRequest, thingsOf } from '#shared/horde/requests/rules.ts';
import type { GenerationInput, RequestStatus, RequestWarning } from '#shared/horde/requests/schema.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';
import {
  checkTextParams,
  deriveTextRequest,
  downgradeText,
  freeTokens,
  textNeedsUpfront,
} from '#shared/horde/requests/text-rules.ts';
import type { TextGenerationInput, TextRequestStatus } from '#shared/horde/requests/text-schema.ts';
import { downgrade, freeSide, needsUpfront, type QueueLoad } from '#shared/horde/requests/upfront.ts';
import { modelWarnings } from '#shared/horde/requests/warnings.ts';
import type { SharedKeyJob } from '#shared/horde/sharedkeys/rules.ts';
import { textModelBillions, type TextReference } from '#shared/horde/workers/text-models.ts';
import { imagePriceOf, type Price, textPriceOf, totalCents } from './price.ts';
import { storeSources, type StoredSources } from './sources.ts';

/** Bodies of the async operations. */
export interface Inputs {
  readonly image: GenerationInput;
  readonly text: TextGenerationInput;
}

/** Answers of the status operations. */
export interface Statuses {
  readonly image: RequestStatus;
  readonly text: TextRequestStatus;
}

/** What a heavy request needs: kudos for all of it, or to become smaller. */
export interface Upfront<Shape> {
  readonly cents: number;
  readonly downgraded: Shape;
}

/** What differs between requests for images and for texts. */
export interface TypeRules<T extends RequestType> {
  /** @throws ProblemError with the code of `queue.md` 1.5 */
  check(input: Inputs[T], context: CheckContext): void;
  derive(input: Inputs[T], caller: { readonly isEducation: boolean }): Shapes[T];
  price(shape: Shapes[T]): Price;
  /** Pixelsteps of one picture, or the tokens that one text may have. */
  things(shape: Shapes[T]): number;
  taxCents(shape: Shapes[T], usesForeignStyle: boolean): number;
  /** Nothing for a request that is light enough (`queue.md` 1.8). */
  upfront(shape: Shapes[T], load: QueueLoad): Upfront<Shapes[T]> | undefined;
  /** One job as the limits of a shared key see it. */
  sharedKeyJob(shape: Shapes[T]): SharedKeyJob;
  warnings(input: Inputs[T]): RequestWarning[];
  /** Whether the caller leaves it to the filter to save a prompt by rewriting it. */
  wantsReplacement(input: Inputs[T]): boolean;
  storeSources(
    images: ImagesService,
    id: string,
    input: Inputs[T],
    rules: SourceRules,
  ): Promise<StoredSources | undefined>;
}

export type AllTypeRules = { readonly [T in RequestType]: TypeRules<T> };

/** What is known of models; a private horde without a catalogue knows none. */
export interface ModelReferences {
  readonly image?: ImageReference | undefined;
  readonly text?: TextReference | undefined;
}

export function createTypeRules(references: ModelReferences, random: () => number): AllTypeRules {
  return { image: imageRules(references.image, random), text: textRules(references.text) };
}

function imageRules(reference: ImageReference | undefined, random: () => number): TypeRules<'image'> {
  const tax: TypeRules<'image'>['taxCents'] = ({ extraSourceImages }, usesForeignStyle) =>
    activationTaxCents({ extraSourceImages, usesForeignStyle });
  const price = (shape: Shapes['image']) => imagePriceOf(shape, reference);
  return {
    check: (input, context) => checkImageParams(input, reference ? { ...context, reference } : context),
    derive: (input, caller) => deriveImageRequest(input, random, caller),
    price,
    things: thingsOf,
    taxCents: tax,
    upfront: (shape, load) => {
      const side = freeSide(
        load,
        shape.models.map((model) => baselineOf(model, reference)),
      );
      if (!needsUpfront(shape, side, reference)) return undefined;
      const cents = totalCents(shape.jobs, price(shape), tax(shape, false));
      return { cents, downgraded: downgrade(shape, side, reference) };
    },
    sharedKeyJob: ({ width, height, steps }) => ({ kind: 'image', pixels: width * height, steps }),
    warnings: (input) => (reference ? modelWarnings(input, reference) : []),
    wantsReplacement: (input) => input.replacement_filter ?? true,
    storeSources,
  };
}

function textRules(reference: TextReference | undefined): TypeRules<'text'> {
  return {
    check: (input) => checkTextParams(input),
    derive: (input, caller) => deriveTextRequest(input, caller),
    price: (shape) => textPriceOf(shape, reference),
    things: ({ maxLength }) => maxLength,
    taxCents: (_shape, usesForeignStyle) => activationTaxCents({ extraSourceImages: 0, usesForeignStyle }),
    upfront: (shape, load) => {
      const tokens = freeTokens(load);
      if (!textNeedsUpfront(shape, tokens)) return undefined;
      const billions = shape.models.map((model) => textModelBillions(model, reference));
      const cents = textUpfrontCents({ maxLength: shape.maxLength, texts: shape.jobs, billions });
      return { cents, downgraded: downgradeText(shape, tokens) };
    },
    sharedKeyJob: ({ maxLength }) => ({ kind: 'text', tokens: maxLength }),
    warnings: () => [],
    wantsReplacement: () => true,
    storeSources: () => Promise.resolve(undefined),
  };
}
