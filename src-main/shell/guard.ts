import type { Session, WebContents, WebPreferences } from 'electron';
import { openExternal } from './external-links.ts';

/** What a page of the window may and may not do, said in full instead of left to defaults (T-THR-18). */
export const lockedPreferences = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
  navigateOnDragDrop: false,
} as const satisfies WebPreferences;

/** Whether an address lies under the origin that the window shows. */
export type OriginCheck = (url: string) => boolean;

/** Keeps a page on its origin: no other address, no second window, no embedded page (T-THR-20). */
export function guardContents(contents: WebContents, isOwn: OriginCheck): void {
  const stay = (event: { url: string; preventDefault(): void }): void => {
    if (!isOwn(event.url)) event.preventDefault();
  };
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    // A link that asks for a window of its own goes to the browser, or nowhere.
    void openExternal(url).catch(() => false);
    return { action: 'deny' };
  });
}

/** Refuses every permission but writing plain text and pictures to the clipboard (T-THR-23). */
export function guardSession(session: Session, isOwn: OriginCheck): void {
  const isAllowed = (permission: string, url: string): boolean =>
    permission === 'clipboard-sanitized-write' && isOwn(url);
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(isAllowed(permission, requestingUrl)),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin));
  session.setDevicePermissionHandler(() => false);
}
