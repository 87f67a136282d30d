import { app } from 'electron';

/** Whether the app is on its way out: windows then close instead of hiding. */
export interface Quit {
  readonly isUnderWay: boolean;
}

/**
 * Every way out (menu, tray, last window, signal) comes through Electron's `before-quit`: it waits for
 * `end`, once, and leaves with the code that this gives. Asking again meanwhile changes nothing.
 */
export function endOnQuit(end: () => Promise<number>): Quit {
  let isUnderWay = false;
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (isUnderWay) return;
    isUnderWay = true;
    end().then(
      (code) => app.exit(code),
      () => app.exit(1),
    );
  });
  return {
    get isUnderWay() {
      return isUnderWay;
    },
  };
}
