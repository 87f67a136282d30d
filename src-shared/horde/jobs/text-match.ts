import type { TextShape } from '../requests/shape.ts';
import type { TextProfile } from '../workers/profile.ts';
import type { Matching, MatchRule } from './match.ts';
import type { TextSkippedReasons } from './text-schema.ts';

/** The kind of a text request. */
export interface TextKind {
  readonly maxLength: number;
  readonly maxContextLength: number;
  readonly nsfw: boolean;
  readonly trustedWorkers: boolean;
  readonly slowWorkers: boolean;
  readonly extraSlowWorkers: boolean;
}

export type TextReason = keyof TextSkippedReasons;

const rules: ReadonlyArray<MatchRule<TextKind, TextProfile, TextReason>> = [
  { reason: 'nsfw', refuses: (kind, { profile }) => kind.nsfw && !profile.nsfw },
  { reason: 'untrusted', refuses: (kind, worker) => kind.trustedWorkers && !worker.isOwnerTrusted },
  { reason: 'performance', refuses: (kind, worker) => !kind.slowWorkers && worker.isSlow },
  { reason: 'performance', refuses: (kind, { profile }) => !kind.extraSlowWorkers && profile.isExtraSlow },
  {
    reason: 'max_context_length',
    refuses: (kind, { profile }) => kind.maxContextLength > profile.maxContextLength,
  },
  { reason: 'max_length', refuses: (kind, { profile }) => kind.maxLength > profile.maxLength },
];

/**
 * How text requests find workers (`queue.md` 3.3, 3.4, Q-17). Every agent counts as validated
 * (`decisions.md` 7), so `validated_backends` refuses nobody.
 */
export const textMatching: Matching<TextShape, TextKind, TextProfile, TextReason> & {
  readonly type: 'text';
} = {
  type: 'text',
  kindOf: (shape) => ({
    maxLength: shape.maxLength,
    maxContextLength: shape.maxContextLength,
    nsfw: shape.nsfw,
    trustedWorkers: shape.trustedWorkers,
    slowWorkers: shape.slowWorkers,
    extraSlowWorkers: shape.extraSlowWorkers,
  }),
  rules,
  hints: [],
};
