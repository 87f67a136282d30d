import { useEffect, useEffectEvent, useState } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { useHasSingleKeys } from '#ui/api/settings.ts';
import { isDialogOpen, isMac } from '#ui/ui/keyboard.ts';
import { type ActionId, actions } from './actions.ts';
import { createKeymap } from './keymap.ts';
import { isTextField, moveRegion } from './page.ts';

interface ShortcutHandlers {
  readonly toggleWorker: () => void;
  readonly showShortcuts: () => void;
}

/** Answers the shortcuts that work on every screen. */
export function useShortcuts({ toggleWorker, showShortcuts }: ShortcutHandlers): void {
  const navigate = useNavigate();
  const [keymap] = useState(() => createKeymap(actions));
  const hasSingleKeys = useHasSingleKeys();

  const run = (id: ActionId): unknown => {
    switch (id) {
      case 'goCreate':
        return navigate({ to: '/' });
      case 'goGallery':
        return navigate({ to: '/gallery' });
      case 'goWorker':
        return navigate({ to: '/worker' });
      case 'goSettings':
        return navigate({ to: '/settings' });
      case 'nextRegion':
        return moveRegion(1);
      case 'previousRegion':
        return moveRegion(-1);
      case 'toggleWorker':
        return toggleWorker();
      case 'showShortcuts':
        return showShortcuts();
      default:
        return id satisfies never;
    }
  };

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || isDialogOpen()) return;
    const id = keymap(event, {
      isMac: isMac(),
      isTyping: isTextField(event.target),
      hasSingleKeys,
      nowMs: event.timeStamp,
    });
    if (id === undefined) return;
    event.preventDefault();
    run(id);
  });

  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKeyDown(event);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
