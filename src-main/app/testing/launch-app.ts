import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The sources, or the build where the runner names it. */
const entry = process.env['YURT_ENTRY'] ?? fileURLToPath(new URL('../../headless.ts', import.meta.url));

/** What a started app prints with `--json`. */
export interface StartLine {
  readonly pid: number;
  readonly app: string;
  readonly horde: string;
  readonly admin_key: string;
  readonly worker: { readonly models: readonly string[] };
}

/** A process of the app that has printed its first line of JSON. */
export interface Launched {
  readonly child: ChildProcess;
  /** A StartLine, or why it did not start. */
  readonly line: unknown;
}

export interface Started {
  readonly child: ChildProcess;
  readonly line: StartLine;
}

/** Starts the real app without a window on free ports and reads its first line of JSON. */
export async function launchApp(dataDir: string, options: readonly string[] = []): Promise<Launched> {
  const args = [entry, '--headless', '--json', '--data', dataDir, '--app-port', '0', '--horde-port', '0'];
  const child = spawn(process.execPath, [...args, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes('\n')) break;
  }
  return { child, line: JSON.parse(said) };
}

/** The same for an app that has to start. */
export async function startApp(dataDir: string, options: readonly string[] = []): Promise<Started> {
  const { child, line } = await launchApp(dataDir, options);
  if (!isStartLine(line)) throw new Error(`it did not start: ${JSON.stringify(line)}`);
  return { child, line };
}

/** Starts the app once more, waits for its end, and gives what it said. */
export async function startAgain(dataDir: string, ...options: string[]) {
  const child = spawn(process.execPath, [entry, '--data', dataDir, ...options], { stdio: 'pipe' });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, code: await exitOf(child) };
}

/** Sends a signal and waits for the end; gives the exit code, null after SIGKILL. */
export async function endApp(
  { child }: Pick<Started, 'child'>,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<number | null> {
  child.kill(signal);
  return exitOf(child);
}

/** Exit code once the process has ended. */
export async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Calls an operation of the started app's horde, as a guest of this computer unless another key is given. */
export async function callHorde(
  { horde }: StartLine,
  path: string,
  { body, key = '0000000000' }: { body?: unknown; key?: string } = {},
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${horde}/api/v2${path}`, {
    headers: { apikey: key, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const json: unknown = await answer.json();
  return { status: answer.status, json: typeof json === 'object' && json !== null ? { ...json } : {} };
}

function isStartLine(line: unknown): line is StartLine {
  return typeof line === 'object' && line !== null && 'horde' in line && 'admin_key' in line;
}
