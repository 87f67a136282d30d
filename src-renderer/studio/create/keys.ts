/** The key that people here call Ctrl (`ux.md` 2.3). */
export const modKey = /mac|iphone|ipad/i.test(navigator.platform) ? '⌘' : 'Ctrl';
