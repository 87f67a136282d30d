import { useSendCreation } from '#ui/studio/creations/index.ts';
import { useHotkeys } from '#ui/ui/controls.ts';
import { isDialogOpen } from '#ui/ui/keyboard.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { toInput } from './draft.ts';
import { useDraftStore } from './draft-store.ts';

interface Send {
  readonly send: () => void;
  /** The refusal of the last press, until the next one. */
  readonly error: Error | null;
}

/**
 * Sends the draft, by the button or by Ctrl+Enter from anywhere on the screen. The form stays as it is:
 * the next request can follow at once. `isBlocked` says that nothing can be sent.
 */
export function useSend(example: string, isBlocked: boolean, onSent: (creation: Creation) => void): Send {
  const { mutate, error } = useSendCreation();
  const send = (): void => {
    if (isBlocked) return;
    // The store and not the last drawing: a key may come between a change and its drawing.
    mutate(toInput(useDraftStore.getState().draft, example), { onSuccess: onSent });
  };
  useHotkeys(
    [
      [
        'mod+Enter',
        (event) => {
          // A key that is held down sends once, and none through a dialog that lies over the screen.
          if (!event.repeat && !isDialogOpen()) send();
        },
      ],
    ],
    [],
  );
  return { send, error };
}
