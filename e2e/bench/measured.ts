import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createYurt } from '../fixtures/yurt.ts';
import { load, type LoadOptions, type LoadResult } from './load.ts';
import type { ProbeReading } from './probe.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const probeArgs = ['--import', pathToFileURL(here('./probe.ts')).href];

/** A server with the probe in its process. */
export interface MeasuredServer {
  readonly port: number;
  /** Loads it and tells what that cost it. */
  measure(options: Omit<LoadOptions, 'port'>): Promise<Round>;
  read(): Promise<ProbeReading>;
  stop(): Promise<void>;
}

export interface Round extends LoadResult {
  /** Processor time of the server's thread for one request: what else the machine does is not in it. */
  readonly threadMsEach: number;
  /** The same with what the thread waited for the disk and for its turn. */
  readonly busyMsEach: number;
  readonly probe: ProbeReading;
}

/** Yurt on a data folder, without its worker. */
export async function measureYurt(
  dataDir: string,
  options: { profileDir?: string | undefined } = {},
): Promise<MeasuredServer> {
  const profileArgs =
    options.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`];
  const yurt = createYurt({ dataDir, args: ['--no-worker'], nodeArgs: [...probeArgs, ...profileArgs] });
  const { horde } = await yurt.start();
  const server = measured(Number(new URL(horde).port), (question) => yurt.ask(question));
  return { ...server, stop: async () => void (await yurt.stop()) };
}

/** The bare server, with its database in a folder. */
export async function measureBare(folder: string): Promise<MeasuredServer> {
  const child = spawn(
    process.execPath,
    [...probeArgs, here('./bare-server.ts'), join(folder, `bare-${process.pid}.db`)],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  if (!child.stdout) throw new Error('the bare server has no output');
  const [line]: unknown[] = await once(child.stdout, 'data');
  const ask = async (question: object): Promise<unknown> => {
    const answered = once(child, 'message');
    child.send(question);
    const [answer]: unknown[] = await answered;
    return answer;
  };
  return {
    ...measured(Number(String(line)), ask),
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

function measured(
  port: number,
  ask: (question: object) => Promise<unknown>,
): Pick<MeasuredServer, 'port' | 'measure' | 'read'> {
  const reading = async (probe: 'read' | 'reset'): Promise<ProbeReading> => {
    const answer = await ask({ probe });
    if (isReading(answer)) return answer;
    throw new Error('the probe does not answer');
  };
  return {
    port,
    read: () => reading('read'),
    measure: async (options) => {
      await reading('reset');
      const result = await load({ ...options, port });
      const probe = await reading('read');
      const each = (ms: number): number => ms / result.answers;
      return { ...result, probe, threadMsEach: each(probe.threadMs), busyMsEach: each(probe.busyMs) };
    },
  };
}

function isReading(value: unknown): value is ProbeReading {
  return typeof value === 'object' && value !== null && 'busyMs' in value;
}
