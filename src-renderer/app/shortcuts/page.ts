const textInputs = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'range', 'color', 'file']);

/** Whether keys pressed at an element type text into it, or pick by type-ahead. */
export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !textInputs.has(target.type);
  if (target.closest('textarea, select, [role="listbox"], [role="combobox"], [role="menu"]') !== null) {
    return true;
  }
  const editable = target.closest('[contenteditable]')?.getAttribute('contenteditable');
  return editable !== undefined && editable !== null && editable !== 'false';
}

/** Parts of the window between which F6 moves; marked by the layout in the order of the page. */
export function moveRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  if (regions.length === 0) return;
  const current = regions.findIndex((region) => region.contains(document.activeElement));
  const start = current === -1 && step === -1 ? 0 : current;
  const next = regions.at((start + step + regions.length) % regions.length);
  if (next === undefined) return;
  // Its own place to begin, else its first control, else the region itself.
  const first = next.querySelector<HTMLElement>('[aria-current="page"], a[href], button:not(:disabled)');
  (next.tabIndex === -1 && next.hasAttribute('tabindex') ? next : (first ?? next)).focus();
}

/** Puts the focus on the heading of the screen, so that a screen reader says where one is (`ux.md` 4.6). */
export function focusHeading(content: HTMLElement): void {
  const heading = content.querySelector<HTMLElement>('h1');
  if (heading !== null && !heading.hasAttribute('tabindex')) heading.tabIndex = -1;
  (heading ?? content).focus({ preventScroll: true });
}
