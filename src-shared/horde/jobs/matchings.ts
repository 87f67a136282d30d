import type { ImageKind, ImageReason } from './image-match.ts';
import type { TextKind, TextReason } from './text-match.ts';

/** What requests of each type are matched by. */
export interface MatchKinds {
  readonly image: ImageKind;
  readonly text: TextKind;
}

/** Why requests of each type are not handed out. */
export interface MatchReasons {
  readonly image: ImageReason;
  readonly text: TextReason;
}
