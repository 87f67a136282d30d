import type { WorkerState } from '#shared/studio/worker/schema.ts';

/** Words of the parts that the system draws; those of the page are in the interface's own tables. */
export const words = {
  app: 'Yurt',
  open: 'Open Yurt',
  quit: 'Quit Yurt',
  pauseWorker: 'Pause worker',
  resumeWorker: 'Resume worker',
  closeToTray: 'Keep running when the window is closed',
  view: 'View',
  projectPage: 'Project page',
  openDataFolder: 'Open data folder',
  startFailed: 'Yurt could not start',
  windowCrashed: 'The window stopped working',
  windowCrashedOften: 'It stopped several times in a row. Yurt itself still runs, and nothing is lost.',
  tryAgain: 'Try again',
  openLink: (host: string) => `Open ${host} in your browser?`,
  openLinkDetail: 'This address is not one that Yurt knows.',
  openIt: 'Open',
  cancel: 'Cancel',
  pictureFile: 'WebP picture',
  pictureGone: 'This picture is no longer in the gallery.',
  notAllowed: 'This page may not do that.',
} as const;

/** The worker's state in the tray, with the words of the worker chip (`ux.md` 2.2). */
export const workerWords: Readonly<Record<WorkerState, string>> = {
  off: 'Worker is off',
  starting: 'Worker is starting',
  idle: 'Worker is idle',
  working: 'Worker is making a picture',
  paused: 'Worker is paused',
  error: 'Worker has a problem',
};
