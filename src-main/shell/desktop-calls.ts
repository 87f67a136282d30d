import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, type IpcMainInvokeEvent, Notification, shell } from 'electron';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { channelOf, type DesktopCalls, type SaveOutcome } from '#shared/desktop-api/desktop-api.ts';
import { ExternalLink, FinishedNotice, PictureRef } from '#shared/desktop-api/schema.ts';
import type { CoreLink } from './core-link.ts';
import { openExternal } from './external-links.ts';
import type { OriginCheck } from './guard.ts';
import { words } from './words.ts';

/** What the calls of the page work on. */
export interface DesktopCallDeps {
  readonly window: BrowserWindow;
  readonly focusWindow: () => void;
  readonly core: Pick<CoreLink, 'systemInfo' | 'galleryImage' | 'pictureBytes'>;
  readonly isOwn: OriginCheck;
}

/**
 * Answers the calls of `desktop-api`, each from the top frame of the window on our own origin alone,
 * with an argument of its schema (T-THR-22).
 */
export function answerDesktopCalls(deps: DesktopCallDeps): void {
  const answer = <Name extends keyof DesktopCalls, S extends TSchema>(
    name: Name,
    schema: S,
    handle: (argument: Static<S>) => ReturnType<DesktopCalls[Name]>,
  ): void => {
    ipcMain.handle(channelOf(name), (event, argument: unknown) => {
      if (!isOurPage(event, deps) || !Value.Check(schema, argument)) throw new Error(words.notAllowed);
      return handle(argument);
    });
  };
  answer('showInFolder', PictureRef, ({ imageId }) => showInFolder(deps, imageId));
  answer('savePicture', PictureRef, ({ imageId }) => savePicture(deps, imageId));
  answer('notifyFinished', FinishedNotice, async (notice) => notify(deps, notice));
  answer('openExternal', ExternalLink, ({ url }) => openExternal(url));
}

function isOurPage({ sender, senderFrame }: IpcMainInvokeEvent, { window, isOwn }: DesktopCallDeps): boolean {
  if (window.isDestroyed() || sender !== window.webContents || !senderFrame) return false;
  return senderFrame === window.webContents.mainFrame && isOwn(senderFrame.url);
}

async function showInFolder({ core }: DesktopCallDeps, imageId: string): Promise<void> {
  const [image, { dataDir }] = await Promise.all([findPicture(core, imageId), core.systemInfo()]);
  shell.showItemInFolder(join(dataDir, 'gallery', image.fileName));
}

async function savePicture({ core, window }: DesktopCallDeps, imageId: string): Promise<SaveOutcome> {
  const { fileName } = await findPicture(core, imageId);
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: join(app.getPath('pictures'), basename(fileName)),
    filters: [{ name: words.pictureFile, extensions: ['webp'] }],
  });
  if (canceled || !filePath) return 'cancelled';
  await writeFile(filePath, await core.pictureBytes(imageId));
  return 'saved';
}

async function findPicture(core: DesktopCallDeps['core'], imageId: string) {
  try {
    return await core.galleryImage(imageId);
  } catch (error) {
    throw new Error(words.pictureGone, { cause: error });
  }
}

/** A person who looks at the window sees the picture itself. */
function notify({ window, focusWindow }: DesktopCallDeps, { title, body }: FinishedNotice): boolean {
  if (window.isFocused() || !Notification.isSupported()) return false;
  const notice = new Notification({ title, body, silent: true });
  notice.on('click', focusWindow);
  notice.show();
  return true;
}
