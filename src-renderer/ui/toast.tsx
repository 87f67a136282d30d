import { notifications } from '@mantine/notifications';
import { Button } from './controls.ts';
import classes from './toast.module.css';

interface UndoToast {
  readonly message: string;
  readonly undoLabel: string;
  readonly onUndo: () => void;
}

/** A toast that can take its action back for eight seconds. */
export function showUndoToast({ message, undoLabel, onUndo }: UndoToast): void {
  const id = notifications.show({
    autoClose: 8000,
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

/** A short message that goes by itself. */
export function showToast(message: string, tone: 'info' | 'failed' = 'info'): void {
  notifications.show({
    autoClose: tone === 'failed' ? 10_000 : 3000,
    withBorder: true,
    message,
    ...(tone === 'failed' ? { color: 'red' } : {}),
  });
}
