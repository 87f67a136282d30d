import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The sources, or the build where the runner names it. */
const entry = process.env['YURT_ENTRY'] ?? fileURLToPath(new URL('../headless.ts', import.meta.url));
const until = { timeout: 60_000, interval: 50 };

interface StartLine {
  readonly pid: number;
  readonly app: string;
  readonly horde: string;
  readonly admin_key: string;
  readonly worker: { readonly models: readonly string[] };
}

interface Started {
  readonly child: ChildProcess;
  readonly line: StartLine;
}

let dataDir: string;
let running: Started;

/** Starts the real app on the shared data folder and reads its first line of JSON. */
async function launch(hordePort = 0): Promise<{ child: ChildProcess; line: unknown }> {
  const ports = ['--app-port', '0', '--horde-port', String(hordePort)];
  const args = [entry, '--headless', '--json', '--data', dataDir, ...ports];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return { child, line: JSON.parse(text) };
}

function isStartLine(line: unknown): line is StartLine {
  return typeof line === 'object' && line !== null && 'horde' in line && 'admin_key' in line;
}

async function start(): Promise<Started> {
  const { child, line } = await launch();
  if (!isStartLine(line)) throw new Error(`it did not start: ${JSON.stringify(line)}`);
  return { child, line };
}

async function call(
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${running.line.horde}/api/v2${path}`, {
    headers: { apikey: '0000000000', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const json: unknown = await answer.json();
  return { status: answer.status, json: typeof json === 'object' && json !== null ? { ...json } : {} };
}

/** Asks for a picture as a guest of this computer and waits for it. */
async function makePicture(seed: string): Promise<Buffer> {
  const { status, json } = await call('/generate/async', {
    prompt: 'a red circle on a blue background',
    models: ['Yurt Tiny'],
    params: { width: 128, height: 128, steps: 4, seed, sampler_name: 'k_euler_a' },
  });
  expect(status).toBe(202);
  const id = String(json['id']);
  await expect.poll(async () => (await call(`/generate/check/${id}`)).json['done'], until).toBe(true);
  const { generations } = (await call(`/generate/status/${id}`)).json;
  const [generation]: unknown[] = Array.isArray(generations) ? generations : [];
  if (typeof generation !== 'object' || generation === null || !('img' in generation)) {
    throw new Error('there is no picture');
  }
  return Buffer.from(await (await fetch(String(generation.img))).arrayBuffer());
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'yurt-headless-'));
  running = await start();
}, 60_000);

afterAll(async () => {
  running.child.kill('SIGKILL');
  if (running.child.exitCode === null && running.child.signalCode === null) await once(running.child, 'exit');
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the headless app with the embedded model', () => {
  it('makes a picture through the public API, the same for the same seed', async () => {
    expect(running.line.worker.models).toContain('Yurt Tiny');
    const first = await makePicture('42');
    expect(first.subarray(0, 4).toString('latin1')).toBe('RIFF');
    expect(first.subarray(8, 12).toString('latin1')).toBe('WEBP');
    expect(await makePicture('42')).toEqual(first);
    expect(await makePicture('43')).not.toEqual(first);
  }, 120_000);

  it('says that a model without a worker has none', async () => {
    const { status, json } = await call('/generate/async', { prompt: 'x', models: ['No Such Model'] });
    expect(status).toBe(202);
    expect(JSON.stringify(json['warnings'])).toContain('NoAvailableWorker');
    expect((await call(`/generate/check/${String(json['id'])}`)).json['is_possible']).toBe(false);
  });

  it('answers a second start on the same data with the pid of the first and code 3', async () => {
    const second = await launch();
    expect(second.line).toEqual({ error: 'already_running', pid: running.line.pid });
    if (second.child.exitCode === null) await once(second.child, 'exit');
    expect(second.child.exitCode).toBe(3);
  });

  it('starts again after SIGKILL, with the same key, and ends at SIGTERM with code 0', async () => {
    const { child, line } = running;
    child.kill('SIGKILL');
    await once(child, 'exit');
    running = await start();
    expect(running.line.admin_key).toBe(line.admin_key);
    running.child.kill('SIGTERM');
    running.child.kill('SIGTERM');
    await once(running.child, 'exit');
    expect(running.child.exitCode).toBe(0);
  }, 60_000);

  it('says that a chosen port is taken and offers a free one', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { child, line } = await launch(port);
    expect(line).toMatchObject({ error: 'port_in_use', port, purpose: 'horde' });
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(4);
    blocker.close();
  });

  it('keeps a damaged database aside and goes on with a new one', async () => {
    writeFileSync(join(dataDir, 'yurt.db'), 'no database at all. '.repeat(1000));
    running = await start();
    expect(readdirSync(dataDir).some((name) => name.startsWith('yurt.db.damaged-'))).toBe(true);
    const answer = await fetch(`${running.line.horde}/api/v2/find_user`, {
      headers: { apikey: running.line.admin_key },
    });
    expect(answer.status).toBe(200);
  }, 60_000);
});
