import type { DesktopApi } from '#shared/desktop-api/desktop-api.ts';

declare global {
  interface Window {
    /** Put there by the shell's preload under `desktopApiName`; absent in browsers. */
    readonly desktopApi?: DesktopApi;
  }
}

/** What the desktop app adds to this page; undefined in a browser, so every use has a fallback. */
export const desktop = (): DesktopApi | undefined => window.desktopApi;
