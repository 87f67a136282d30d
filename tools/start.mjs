// @ts-check
/**
 * `npm start`: installs what is missing, builds what is stale, starts. A window opens when Electron's
 * binary is there or can be fetched; otherwise the same interface is served to the browser.
 */
import { join } from 'node:path';
import { ensureElectron } from './electron.mjs';
import { ensureBuilt, ensureInstalled, projectRoot, say, SetupError } from './setup.mjs';
import { supervise } from './supervise.mjs';

/** @param {string[]} args */
function start(args) {
  const node = ensureInstalled();
  ensureBuilt(node);
  const headless = join(projectRoot, 'out', 'main', 'headless.js');
  if (args.includes('--headless')) {
    supervise(node, [headless, ...args]);
    return;
  }
  const window = findWindow(node);
  if ('electron' in window) {
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    supervise(window.electron, [...window.flags, projectRoot, ...args], env);
    return;
  }
  say(`No window (${window.reason}): the interface opens in your browser`);
  supervise(node, [headless, '--open', ...args]);
}

/**
 * @param {string} node
 * @returns {{ electron: string, flags: string[] } | { reason: string }}
 */
function findWindow(node) {
  const isLinux = process.platform === 'linux';
  if (isLinux && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return { reason: 'this session has no display' };
  }
  const electron = ensureElectron(node);
  if (!electron) return { reason: 'Electron is not installed and could not be downloaded' };
  // Chromium's sandbox refuses to run as root.
  return { electron, flags: isLinux && process.getuid?.() === 0 ? ['--no-sandbox'] : [] };
}

try {
  start(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
