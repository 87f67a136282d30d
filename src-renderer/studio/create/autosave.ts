/** Saves the latest value some time after the last change; `flush` saves at once what still waits. */
export interface Autosave<T> {
  readonly schedule: (value: T) => void;
  readonly flush: (isLast?: boolean) => void;
}

/** `isLast` tells `save` that the page is going away. */
export function createAutosave<T>(save: (value: T, isLast: boolean) => void, delayMs: number): Autosave<T> {
  let pending: { readonly value: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (isLast = false): void => {
    clearTimeout(timer);
    if (pending === undefined) return;
    const { value } = pending;
    pending = undefined;
    save(value, isLast);
  };

  return {
    flush,
    schedule: (value) => {
      pending = { value };
      clearTimeout(timer);
      timer = setTimeout(() => flush(), delayMs);
    },
  };
}
