// @ts-check
/**
 * Runs the app as a child and lives exactly as long. The IPC channel is the lifeline: when the starter
 * ends for whatever reason, even killed, the channel closes and the app ends by itself.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isAlive, readText } from './setup.mjs';

const parentPollMs = 1000;

/**
 * Never returns control to the caller's script: the process ends with the app's exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export function supervise(command, args, env = process.env) {
  const child = spawn(command, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...env, YURT_STARTER: '1' },
  });
  let hasAsked = false;
  /** @param {NodeJS.Signals} signal */
  const askToEnd = (signal) => {
    if (hasAsked) return;
    hasAsked = true;
    // A signal on Windows ends a process on the spot; the closed channel lets it close its files.
    if (process.platform === 'win32') child.disconnect();
    else child.kill(signal);
  };
  process.on('SIGINT', () => askToEnd('SIGINT'));
  process.on('SIGTERM', () => askToEnd('SIGTERM'));
  process.on('SIGHUP', () => askToEnd('SIGTERM'));

  const isParentGone = watchParents();
  setInterval(() => {
    if (isParentGone()) process.exit(0);
  }, parentPollMs).unref();

  child.on('error', (error) => {
    process.stderr.write(`yurt: ${command} cannot be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
}

/**
 * Tells whether the process that started us has gone. Under npm that is the parent's parent: npm runs
 * scripts in a shell, and the shell stays behind when npm is killed.
 * @returns {() => boolean}
 */
function watchParents() {
  const parent = process.ppid;
  const npm =
    process.env['npm_lifecycle_event'] && process.platform === 'linux' ? parentOf(parent) : undefined;
  return () => {
    if (process.ppid !== parent || !isAlive(parent)) return true;
    return npm !== undefined && parentOf(parent) !== npm;
  };
}

/**
 * Parent of a process after Linux's process table. The name field may hold blanks and brackets, so the
 * fields are counted from its last bracket.
 * @param {number} pid
 * @returns {number | undefined}
 */
function parentOf(pid) {
  const stat = readText(`/proc/${pid}/stat`);
  const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return Number.isInteger(parent) ? parent : undefined;
}
