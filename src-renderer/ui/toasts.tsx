import i18next from 'i18next';
import { Notifications, notifications } from '@mantine/notifications';
import { Button } from './controls.ts';
import classes from './toast.module.css';
import type { ToastTone, UndoToast } from './toast.tsx';

const closeButton = (): { 'aria-label': string } => ({ 'aria-label': i18next.t('shell:closeToast') });

/** The place where toasts appear. */
export function Toasts() {
  return <Notifications position="bottom-center" limit={3} zIndex={500} />;
}

export function showUndo({ message, undoLabel, onUndo }: UndoToast): void {
  const id = notifications.show({
    autoClose: 8000,
    closeButtonProps: closeButton(),
    withBorder: true,
    message: (
      <div className={classes.row}>
        <span>{message}</span>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            onUndo();
          }}
        >
          {undoLabel}
        </Button>
      </div>
    ),
  });
}

export function show(message: string, tone: ToastTone): void {
  notifications.show({
    closeButtonProps: closeButton(),
    autoClose: tone === 'failed' ? 10_000 : 3000,
    withBorder: true,
    message,
    ...(tone === 'failed' ? { color: 'red' } : {}),
  });
}
