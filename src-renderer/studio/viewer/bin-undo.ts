/** What takes the last move to the bin back; `undefined` when there is nothing to take back. */
let undo: (() => void) | undefined;

/** Remembers how the last move to the bin is undone. Returns the undo, good for one use. */
export function rememberUndo(restore: () => void): () => void {
  const once = (): void => {
    if (undo === once) undo = undefined;
    if (isUsed) return;
    isUsed = true;
    restore();
  };
  let isUsed = false;
  undo = once;
  return once;
}

/** Takes the last move to the bin back (`Ctrl Z`). Returns false when there is none. */
export function undoLastBin(): boolean {
  if (undo === undefined) return false;
  undo();
  return true;
}
