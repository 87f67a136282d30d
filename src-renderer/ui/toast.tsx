import { type ComponentType, lazy, Suspense } from 'react';

export interface UndoToast {
  readonly message: string;
  readonly undoLabel: string;
  readonly onUndo: () => void;
}

export type ToastTone = 'info' | 'failed';

/** Toasts are no part of the first download; they come right after it (`ux.md` 5.4). */
const loadToasts = () => import('./toasts.tsx');

/** Without its code, as when core went away just now, the page stands all the same. */
const Toasts = lazy<ComponentType>(() =>
  loadToasts().then(
    (module) => ({ default: module.Toasts }),
    () => ({ default: () => null }),
  ),
);

/** Holds the place where toasts appear. */
export function ToastPlace() {
  return (
    <Suspense fallback={null}>
      <Toasts />
    </Suspense>
  );
}

/** A toast that can take its action back for eight seconds. */
export function showUndoToast(toast: UndoToast): void {
  void loadToasts().then(({ showUndo }) => showUndo(toast));
}

/** A short message that goes by itself. */
export function showToast(message: string, tone: ToastTone = 'info'): void {
  void loadToasts().then(({ show }) => show(message, tone));
}
