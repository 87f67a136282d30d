import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { EngineProcess, EngineRole } from './ports.ts';

/** Starts an engine process under plain Node; `onOutput` gets each line that it prints. */
export function forkEngine(
  entryFile: string,
  role: EngineRole,
  onOutput: (line: string) => void,
): EngineProcess {
  const child = fork(entryFile, [role], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onOutput);
  }
  child.on('error', (error) => onOutput(error.message));
  return {
    pid: child.pid,
    // A message to a process that has just ended is lost; its exit is told by `onExit`.
    send: (message) => {
      if (child.connected) child.send(toSerializable(message), () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      child.once('exit', (code, signal) => listener({ code, signal }));
      // A process that could not be started has no exit to tell.
      if (child.pid === undefined) child.once('error', () => listener({ code: null, signal: null }));
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Messages of the protocol are plain objects. */
function toSerializable(message: unknown): object {
  if (typeof message !== 'object' || message === null) throw new TypeError('A message is an object');
  return message;
}
