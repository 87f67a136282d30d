import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callHorde, endApp, exitOf, launchApp, startApp, type Started } from './testing/launch-app.ts';

const until = { timeout: 60_000, interval: 50 };

let dataDir: string;
let running: Started;

const call = (path: string, body?: unknown): ReturnType<typeof callHorde> =>
  callHorde(running.line, path, { body });

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
  running = await startApp(dataDir);
}, 60_000);

afterAll(async () => {
  await endApp(running, 'SIGKILL');
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
    const second = await launchApp(dataDir);
    expect(second.line).toEqual({ error: 'already_running', pid: running.line.pid });
    expect(await exitOf(second.child)).toBe(3);
  });

  it('starts again after SIGKILL, with the same key, and ends at SIGTERM with code 0', async () => {
    const { line } = running;
    await endApp(running, 'SIGKILL');
    running = await startApp(dataDir);
    expect(running.line.admin_key).toBe(line.admin_key);
    running.child.kill('SIGTERM');
    expect(await endApp(running, 'SIGTERM')).toBe(0);
  }, 60_000);

  it('says that a chosen port is taken and offers a free one', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { child, line } = await launchApp(dataDir, ['--horde-port', String(port)]);
    expect(line).toMatchObject({ error: 'port_in_use', port, purpose: 'horde' });
    expect(await exitOf(child)).toBe(4);
    blocker.close();
  });

  it('keeps a damaged database aside and goes on with a new one', async () => {
    writeFileSync(join(dataDir, 'yurt.db'), 'no database at all. '.repeat(1000));
    running = await startApp(dataDir);
    expect(readdirSync(dataDir).some((name) => name.startsWith('yurt.db.damaged-'))).toBe(true);
    const answer = await fetch(`${running.line.horde}/api/v2/find_user`, {
      headers: { apikey: running.line.admin_key },
    });
    expect(answer.status).toBe(200);
  }, 60_000);
});
