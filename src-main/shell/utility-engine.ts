import { createInterface } from 'node:readline';
import { utilityProcess } from 'electron';
import type { EngineProcess, EngineRole } from '#main/platform/ports.ts';

/** Starts an engine process under Electron; `onOutput` gets each line that it prints. */
export function forkUtility(
  entryFile: string,
  role: EngineRole,
  onOutput: (line: string) => void,
): EngineProcess {
  const child = utilityProcess.fork(entryFile, [role], {
    serviceName: `Yurt ${role} engine`,
    stdio: ['ignore', 'pipe', 'pipe'],
    execArgv: [],
  });
  let isRunning = true;
  child.once('exit', () => {
    isRunning = false;
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onOutput);
  }
  // A fatal error of the engine's V8: its exit follows.
  child.on('error', (type, location) => onOutput(`engine ${role}: ${type} at ${location}`));
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      if (isRunning) child.postMessage(message);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', (code) => listener({ code, signal: null })),
    // A number that is free again may be another process's by now.
    kill: () => {
      if (isRunning) kill(child);
    },
  };
}

/** Electron's own kill is a request; an engine that hangs in a driver call hears none. */
function kill(child: Electron.UtilityProcess): void {
  const { pid } = child;
  if (pid === undefined || process.platform === 'win32' || !trySignal(pid)) child.kill();
}

function trySignal(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
