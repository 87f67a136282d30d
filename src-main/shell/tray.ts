import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import type { CoreView } from './core-link.ts';
import { words, workerWords } from './words.ts';

export interface TrayActions {
  readonly open: () => void;
  readonly pauseWorker: () => void;
  readonly resumeWorker: () => void;
  readonly setCloseToTray: (on: boolean) => void;
  readonly quit: () => void;
}

/** The icon beside the clock: the worker's state, and what works without a window. */
export interface AppTray {
  show(view: CoreView): void;
  destroy(): void;
}

export function createTray(iconFile: string, platform: NodeJS.Platform, actions: TrayActions): AppTray {
  const tray = new Tray(nativeImage.createFromPath(iconFile));
  let shown = '';
  // On macOS and Linux a click opens the menu by itself.
  if (platform === 'win32') tray.on('click', actions.open);
  const show = (view: CoreView): void => {
    // Steps of a job change nothing here, and a menu that is replaced while it is open closes.
    const key = JSON.stringify([view.worker?.state, view.settings?.closeToTray]);
    if (key === shown) return;
    shown = key;
    const state = view.worker ? `: ${workerWords[view.worker.state]}` : '';
    tray.setToolTip(`${words.app}${state}`);
    tray.setContextMenu(Menu.buildFromTemplate(trayTemplate(view, platform, actions)));
  };
  show({ worker: undefined, settings: undefined });
  return { show, destroy: () => tray.destroy() };
}

/** Without an answer of core only opening and quitting are offered. */
export function trayTemplate(
  view: CoreView,
  platform: NodeJS.Platform,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  return [
    { label: words.open, click: actions.open },
    ...workerItems(view, actions),
    ...closeItems(view, platform, actions),
    { type: 'separator' },
    { label: words.quit, click: actions.quit },
  ];
}

function workerItems({ worker }: CoreView, actions: TrayActions): MenuItemConstructorOptions[] {
  if (!worker) return [];
  const state: MenuItemConstructorOptions = { label: workerWords[worker.state], enabled: false };
  if (worker.state === 'off') return [{ type: 'separator' }, state];
  const turn: MenuItemConstructorOptions =
    worker.state === 'paused'
      ? { label: words.resumeWorker, click: actions.resumeWorker }
      : { label: words.pauseWorker, click: actions.pauseWorker };
  return [{ type: 'separator' }, state, turn];
}

/** On macOS an app always outlives its window. */
function closeItems(
  { settings }: CoreView,
  platform: NodeJS.Platform,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  if (!settings || platform === 'darwin') return [];
  const item: MenuItemConstructorOptions = {
    label: words.closeToTray,
    type: 'checkbox',
    checked: settings.closeToTray,
    click: () => actions.setCloseToTray(!settings.closeToTray),
  };
  return [{ type: 'separator' }, item];
}
