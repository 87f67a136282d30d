import type { Creation, CreationState } from '#shared/studio/creations/schema.ts';
import {
  type Icon,
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClock,
  IconDeviceFloppy,
  IconHourglassOff,
  IconProgressCheck,
  IconRefresh,
  IconSend,
  IconX,
} from '#ui/ui/icons.ts';
import type { Tone } from '#ui/ui/theme.ts';

/** What a card offers. `edit` brings the settings back into the form, and cancels what still runs. */
export type CreationAction = 'open' | 'again' | 'retry' | 'edit' | 'cancel' | 'remove';

interface StateRow {
  readonly icon: Icon;
  readonly isTurning?: true;
  readonly tone: Tone;
  /** `queue` moves with the position, `work` with pictures and steps, `full` stands. */
  readonly bar: 'none' | 'queue' | 'work' | 'full';
  /** Whether an estimate of the time left means anything here (`ux.md` 4.1). */
  readonly hasEta: boolean;
  /** The first is the one that most people want. */
  readonly actions: readonly CreationAction[];
}

const ended = ['edit', 'remove'] as const;

/**
 * The one table of the looks and ways out of a creation's states; its words are `creations:state.<state>`
 * (`ux.md` 2.2, request card).
 */
export const creationStates: Readonly<Record<CreationState, StateRow>> = {
  unsent: { icon: IconClock, tone: 'queued', bar: 'none', hasEta: false, actions: ['cancel', 'edit'] },
  sending: { icon: IconSend, tone: 'queued', bar: 'none', hasEta: false, actions: ['cancel'] },
  waiting: { icon: IconClock, tone: 'queued', bar: 'queue', hasEta: true, actions: ['cancel', 'edit'] },
  impossible: {
    icon: IconHourglassOff,
    tone: 'warning',
    bar: 'none',
    hasEta: false,
    actions: ['cancel', 'edit'],
  },
  working: {
    icon: IconRefresh,
    isTurning: true,
    tone: 'working',
    bar: 'work',
    hasEta: true,
    actions: ['cancel'],
  },
  slow: { icon: IconClock, tone: 'warning', bar: 'work', hasEta: false, actions: ['retry', 'cancel'] },
  saving: { icon: IconDeviceFloppy, tone: 'working', bar: 'full', hasEta: false, actions: [] },
  done: {
    icon: IconCircleCheck,
    tone: 'done',
    bar: 'none',
    hasEta: false,
    actions: ['open', 'again', ...ended],
  },
  partial: {
    icon: IconProgressCheck,
    tone: 'warning',
    bar: 'full',
    hasEta: false,
    actions: ['retry', 'open', ...ended],
  },
  failed: { icon: IconX, tone: 'failed', bar: 'none', hasEta: false, actions: ['retry', ...ended] },
  cancelled: { icon: IconBan, tone: 'queued', bar: 'none', hasEta: false, actions: ['retry', ...ended] },
  expired: {
    icon: IconAlertTriangle,
    tone: 'warning',
    bar: 'none',
    hasEta: false,
    actions: ['retry', ...ended],
  },
};

/** Pictures of a creation that never came. */
export const missingCount = (creation: Creation): number =>
  Math.max(0, creation.input.count - creation.imageIds.length);

/** Key of the words on the button of an action, below `creations:action`. */
export function actionWords(action: CreationAction, creation: Creation): string {
  const hasSome = creation.progress.finished > 0 || creation.imageIds.length > 0;
  if (action === 'cancel' && creation.state === 'unsent') return 'doNotSend';
  if (action === 'cancel' && hasSome) return creation.state === 'slow' ? 'keep' : 'cancelRest';
  if (action === 'retry' && hasSome) return 'retryMissing';
  return action;
}
