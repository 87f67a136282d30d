/** Whether this is a Mac, where ⌘ takes the place of Ctrl. */
export const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.platform);

/** Whether something modal is open: what lies under it must not answer to keys. */
export const isDialogOpen = (): boolean => document.querySelector('[aria-modal="true"]') !== null;
