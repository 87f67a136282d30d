import { ProblemError } from '../../common/problem.ts';
import { checkImageParams } from '../requests/image-checks.ts';
import type { ImageReference } from '../requests/models.ts';
import type { RequestWarning } from '../requests/schema.ts';
import type { RequestCaller } from '../requests/submission.ts';
import { checkTextParams } from '../requests/text-rules.ts';
import { modelWarnings } from '../requests/warnings.ts';
import type { StyleKind } from './kinds.ts';
import { lacksVariable, requiredVariables } from './rules.ts';
import type { StyleParams } from './schema.ts';

const refuse = (rc: string, message: string) => new ProblemError(400, rc, message);
const maxModels = 5;
const maxTags = 10;

/** The rules on counts that come before anybody is asked for a key. @throws ProblemError 400 `BadRequest` */
export function checkCounts(
  input: { readonly models?: readonly string[]; readonly tags?: readonly string[] },
  isNew: boolean,
): void {
  const models = new Set(input.models ?? []).size;
  if ((isNew || input.models !== undefined) && (models < 1 || models > maxModels)) {
    throw refuse('BadRequest', `A style names 1 to ${maxModels} models.`);
  }
  if (new Set(input.tags ?? []).size > maxTags) throw refuse('BadRequest', `At most ${maxTags} tags.`);
}

/** What the rules read of a style that is about to be stored. */
export interface StyleDraft {
  readonly kind: StyleKind;
  readonly prompt: string;
  readonly params: StyleParams;
  readonly models: readonly string[];
}

/** What the rules know beside the style itself. */
export interface StyleContext {
  /** The style's owner. */
  readonly owner: RequestCaller;
  readonly reference: ImageReference;
}

/**
 * The rules that a request with the style's parameters would have to keep, then those of the style's own
 * prompt (`api.md` 5.4).
 * @returns what the owner should know although the style can be stored
 * @throws ProblemError 400 or 403 with the rule's code · 400 `StylePromptMissingVars`
 */
export function checkStyle(draft: StyleDraft, context: StyleContext): RequestWarning[] {
  if (draft.kind === 'image') checkImageStyle(draft, context);
  else checkTextParams({ prompt: draft.prompt, params: draft.params });
  checkPrompt(draft.kind, draft.prompt);
  return draft.kind === 'image'
    ? modelWarnings({ models: [...draft.models], params: draft.params }, context.reference)
    : [];
}

/** Stand-ins for what only a request brings: a style may need them and cannot have them. */
const sourceImage = '-';
const extraTexts = [{ text: '-', reference: 'qr_code' }];

function checkImageStyle(draft: StyleDraft, { owner, reference }: StyleContext): void {
  const needsTexts = draft.params.workflow !== undefined;
  const input = {
    prompt: draft.prompt,
    models: [...draft.models],
    params: { ...draft.params, ...(needsTexts ? { extra_texts: extraTexts } : {}) },
    source_image: sourceImage,
  };
  checkImageParams(input, { caller: owner, clientAgent: '', isAddressRefused: false, reference });
}

function checkPrompt(kind: StyleKind, prompt: string): void {
  if (!lacksVariable(kind, prompt)) return;
  const variables = requiredVariables[kind].join(' and ');
  throw refuse('StylePromptMissingVars', `The prompt of this style must hold ${variables}.`);
}
