import { ProblemError } from '../../common/problem.ts';
import { baselineOf, type ImageReference, noReference } from './models.ts';
import { postProcessors, upscalerFactors } from './names.ts';
import { heavyBaselines } from './rules.ts';
import type { GenerationInput, ImageParams } from './schema.ts';
import type { RequestCaller } from './submission.ts';

const refuse = (rc: string, message: string, status = 400) => new ProblemError(status, rc, message);

/** What the checks know beside the request itself. */
export interface CheckContext {
  readonly caller: RequestCaller;
  readonly clientAgent: string;
  /** The horde is raided, and the caller is neither trusted nor at a safe address. */
  readonly isAddressRefused: boolean;
  readonly reference?: ImageReference;
}

/**
 * Checks of what an image request asks for, in the order of `queue.md` 1.5.
 * @throws ProblemError 400 or 403 with the row's code
 */
export function checkImageParams(input: GenerationInput, context: CheckContext): void {
  const params = input.params ?? {};
  const reference = context.reference ?? noReference;
  const baselines = (input.models ?? []).map((model) => baselineOf(model, reference));
  checkHires(params, baselines);
  checkAddOns(params);
  checkOtherBaselines(params, baselines);
  checkParams(input, params);
  checkSpecialModels(input, context.caller);
  if (context.isAddressRefused) {
    throw refuse('UntrustedUnsafeIP', 'This address may not ask for pictures at the moment.', 403);
  }
  if (params.special !== undefined && !context.caller.isSpecial) {
    throw refuse('SpecialFieldNeedsSpecialUser', 'Only special users may send the special field.');
  }
  checkSources(input, params, baselines);
  checkModelsWithoutSource(input, reference);
  if (context.clientAgent === 'My-Project:v0.0.1:My-Contact') {
    throw refuse('BannedClientAgent', 'Give your Client-Agent a name of its own.', 403);
  }
}

function checkHires(params: ImageParams, baselines: readonly string[]): void {
  if (params.hires_fix === true && baselines.some((name) => heavyBaselines.has(name))) {
    throw refuse('HiResMismatch', 'hires_fix does not work with Flux, Qwen and Z-Image models.');
  }
}

function checkAddOns(params: ImageParams): void {
  const loras = params.loras ?? [];
  if (loras.length > 5) throw refuse('TooManyLoras', 'At most 5 LoRAs.');
  if (loras.some((lora) => lora.is_version === true && !/^[0-9]+$/.test(lora.name))) {
    throw refuse('BadLoraVersion', 'A LoRA given by version needs a number as its name.');
  }
  if ((params.tis ?? []).length > 20) throw refuse('TooManyTIs', 'At most 20 textual inversions.');
}

function checkOtherBaselines(params: ImageParams, baselines: readonly string[]): void {
  const hasOthers = baselines.some((name) => name !== 'stable diffusion 1' && name !== 'stable_diffusion_xl');
  if (params.transparent === true && hasOthers) {
    throw refuse('InvalidTransparencyModel', 'Transparent pictures need an SD 1 or SDXL model.');
  }
  if (params.workflow === 'qr_code' && hasOthers) {
    throw refuse('ControlNetMismatch.', 'The qr_code workflow needs an SD 1 or SDXL model.');
  }
}

function checkParams(input: GenerationInput, params: ImageParams): void {
  if (input.prompt.trim().split(/\s+/).length > 7500) {
    throw refuse('InvalidPromptSize', 'The prompt has more than 7500 words.');
  }
  const processorNames: ReadonlySet<string> = new Set(postProcessors);
  if ((input.models ?? []).some((model) => processorNames.has(model))) {
    throw refuse('UnexpectedModelName', 'A post-processor is not a model.');
  }
  if ((params.post_processing ?? []).filter((name) => name in upscalerFactors).length > 1) {
    throw refuse('TooManyUpscalers', 'At most 1 upscaler.');
  }
  const cfg = (params.cfg_scale ?? 0) * 100;
  if (Math.abs(cfg - Math.round(cfg)) > 1e-6) {
    throw refuse('BadCFGDecimals', 'cfg_scale has more than 2 decimals.');
  }
}

/** Row 11: models that one special user alone may use (`queue.md` 8.6). */
function checkSpecialModels(input: GenerationInput, caller: RequestCaller): void {
  for (const model of input.models ?? []) {
    if (!model.includes('horde_special')) continue;
    if (!caller.isSpecial) {
      throw refuse('SpecialModelNeedsSpecialUser', 'Only special users may use special models.', 403);
    }
    const alias = model.split('::')[1];
    if (alias === undefined) {
      throw refuse('SpecialMissingUsername', `The special model '${model}' names no user.`);
    }
    if (alias !== caller.alias) {
      throw refuse('SpecialForbidden', 'This special model belongs to somebody else.', 403);
    }
    if (input.params?.special === undefined) {
      throw refuse('SpecialMissingPayload', 'A special model needs the special field.');
    }
  }
}

const controlsWithoutSd2: ReadonlySet<string> = new Set(['normal', 'mlsd', 'hough']);
const baselinesWithoutControl = [
  'stable_diffusion_xl',
  'stable_cascade',
  'flux_1',
  'qwen_image',
  'z_image_turbo',
];

function checkSources(input: GenerationInput, params: ImageParams, baselines: readonly string[]): void {
  const extraCount = input.extra_source_images?.length ?? 0;
  const models = input.models ?? [];
  if (input.source_mask !== undefined && input.source_image === undefined) {
    throw refuse('SourceMaskUnnecessary', 'A source_mask needs a source_image.');
  }
  if (params.control_type !== undefined) checkControl(input, params.control_type, baselines);
  if (params.transparent === true && extraCount > 0) {
    throw refuse('InvalidTransparencyImg2Img', 'Transparent pictures take no extra source images.');
  }
  if (params.transparent === true && params.control_type !== undefined) {
    throw refuse('InvalidTransparencyCN', 'Transparent pictures take no ControlNet.');
  }
  if (input.source_processing === 'remix' && models.some((name) => !name.startsWith('stable_cascade'))) {
    throw refuse('InvalidRemix', 'Remix works with Stable Cascade only.');
  }
  if (extraCount > 0 && input.source_processing !== 'remix') {
    throw refuse('InvalidExtraSourceImages.', 'Extra source images work with remix only.');
  }
  checkWorkflow(params);
}

/** Rows 15 to 19. */
function checkControl(input: GenerationInput, control: string, baselines: readonly string[]): void {
  const isSd2 = baselines.some((name) => name.startsWith('stable diffusion 2'));
  if (controlsWithoutSd2.has(control) && isSd2) {
    throw refuse('ControlNetUnsupported', `SD 2 models have no ControlNet of the type ${control}.`);
  }
  if ((input.models ?? []).includes('pix2pix')) {
    throw refuse('ControlNetUnsupported', 'pix2pix has no ControlNet.');
  }
  if (input.source_image === undefined) {
    throw refuse('ControlNetSourceMissing', 'ControlNet needs a source_image.');
  }
  if (input.source_processing === 'inpainting') {
    throw refuse('ControlNetInpaintingMismatch', 'ControlNet does not work with inpainting.');
  }
  if (baselines.some((name) => baselinesWithoutControl.some((start) => name.startsWith(start)))) {
    throw refuse('ControlNetMismatch', 'ControlNet works with SD 1 and SD 2 models only.');
  }
}

function checkWorkflow(params: ImageParams): void {
  if (params.workflow === undefined && params.extra_texts !== undefined) {
    throw refuse('InvalidExtraTexts.', 'extra_texts work with the qr_code workflow only.');
  }
  const hasCode = (params.extra_texts ?? []).some((text) => text.reference === 'qr_code');
  if (params.workflow === 'qr_code' && !hasCode) {
    throw refuse('MissingExtraTexts.', 'The qr_code workflow needs an extra text with reference qr_code.');
  }
  if (params.init_as_image === true && params.return_control_map === true) {
    throw refuse('ControlNetInvalidPayload', 'A control map that is sent cannot be asked for as well.');
  }
}

/** Rows 26 and 27. */
function checkModelsWithoutSource(input: GenerationInput, reference: ImageReference): void {
  if (input.source_image !== undefined) return;
  const models = input.models ?? [];
  if (models.some((name) => name === 'pix2pix' || name === 'Stable Diffusion 2 Depth')) {
    throw refuse('SourceImageRequiredForModel', 'This model needs a source_image.');
  }
  if (models.some((name) => reference(name)?.type === 'controlnet')) {
    throw refuse('UnexpectedModelName', 'A ControlNet model needs a source_image.');
  }
}
