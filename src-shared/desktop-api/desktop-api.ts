import type { ExternalLink, FinishedNotice, PictureRef } from './schema.ts';

/** What a person made of the dialog that asks where to save. */
export type SaveOutcome = 'saved' | 'cancelled';

/** Functions that the shell answers, each by the channel of its name. */
export interface DesktopCalls {
  /** Shows the picture's file in the file manager. */
  showInFolder(picture: PictureRef): Promise<void>;
  /** Asks where to, and saves the picture there. */
  savePicture(picture: PictureRef): Promise<SaveOutcome>;
  /** Tells of a finished picture unless the person is looking at the window; whether it was shown. */
  notifyFinished(notice: FinishedNotice): Promise<boolean>;
  /** Opens a web address in the browser, after a question for hosts that Yurt does not know; whether it was opened. */
  openExternal(link: ExternalLink): Promise<boolean>;
}

/**
 * What a window of the desktop app offers its page beyond a browser; absent in browsers, so every use
 * has a fallback. Calls reject with an Error whose message is a sentence.
 */
export interface DesktopApi extends DesktopCalls {
  readonly version: string;
  /** The operating system, as Node names it. */
  readonly platform: string;
}

/** Name of the api on the page's global object. */
export const desktopApiName = 'desktopApi';

/** Channel of a call between page and shell. */
export const channelOf = (call: keyof DesktopCalls): string => `desktop:${call}`;
