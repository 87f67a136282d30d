// @ts-check
/**
 * Finds Electron's binary without touching the package: `require('electron')` outside Electron would
 * download it, print to standard output, and throw where its host is not reached.
 * `node tools/electron.mjs` fetches it, for machines that test or package the window.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, projectRoot, readText, say } from './setup.mjs';

const downloadTimeoutMs = 60_000;
const retryAfterMs = 24 * 60 * 60 * 1000;

/**
 * The binary if it is on disk and whole.
 * @param {string} root
 * @returns {string | undefined}
 */
export function findElectron(root = projectRoot) {
  const folder = join(root, 'node_modules', 'electron');
  const name = readText(join(folder, 'path.txt'));
  if (!name) return undefined;
  const binary = join(folder, 'dist', name.trim());
  return existsSync(binary) ? binary : undefined;
}

/**
 * The binary, downloaded if that works within a minute. A failure is remembered for a day, so that a
 * machine that cannot reach the download does not wait at every start.
 * @param {string} node path of a Node that runs the download
 * @param {string} root
 * @param {() => number} now
 * @returns {string | undefined}
 */
export function ensureElectron(node, root = projectRoot, now = Date.now) {
  const found = findElectron(root);
  if (found || process.env['ELECTRON_SKIP_BINARY_DOWNLOAD']) return found;
  const memory = join(root, 'node_modules', '.cache', 'yurt', 'electron-download-failed');
  const failedAt = Number(readText(memory) ?? Number.NaN);
  if (now() - failedAt < retryAfterMs) return undefined;
  say('Fetching Electron for the window (once)');
  const result = spawnSync(node, [join(root, 'node_modules', 'electron', 'install.js')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: downloadTimeoutMs,
    killSignal: 'SIGKILL',
  });
  const binary = result.status === 0 ? findElectron(root) : undefined;
  if (binary) {
    rmSync(memory, { force: true });
    return binary;
  }
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, String(now()));
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !ensureElectron(ensureInstalled())) {
  say('Electron could not be downloaded');
  process.exitCode = 1;
}
