import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callHorde, endApp, startApp, type Started } from './testing/launch-app.ts';

const isLinux = process.platform === 'linux';
const why = isLinux ? '' : ' (skipped: it reads /proc)';

let folder: string;
let app: Started;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yurt-start-'));
  app = await startApp(folder);
}, 60_000);
afterAll(async () => {
  await endApp(app, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Hexadecimal addresses, as in `/proc/net/tcp`, of the sockets on which a process listens. */
async function listening(pid: number): Promise<string[]> {
  const own = new Set<string>();
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) own.add(inode);
  }
  const addresses: string[] = [];
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
    const lines = (await readFile(`/proc/${pid}/net/${table}`, 'utf8')).trim().split('\n').slice(1);
    for (const line of lines) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      // 0A is a listening TCP socket; an UDP socket that takes from anybody is 07.
      if (own.has(inode) && (state === '0A' || state === '07')) addresses.push(local.split(':')[0] ?? '');
    }
  }
  return addresses;
}

describe('a fresh installation', () => {
  it.skipIf(!isLinux)(`listens on this computer alone${why}`, async () => {
    const addresses = await listening(app.line.pid);
    expect(addresses.length).toBeGreaterThanOrEqual(2);
    // 127.0.0.1, in the byte order of the machine.
    expect(new Set(addresses)).toEqual(new Set(['0100007F']));
  });

  it('keeps no key in clear in any of its files but the one for secrets', async () => {
    const key = app.line.admin_key;
    const asked = { prompt: 'a lighthouse', models: ['Yurt Tiny'], params: { steps: 1 } };
    expect((await callHorde(app.line, '/generate/async', { body: asked, key })).status).toBe(202);
    const shown = [];
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      if ((await readFile(file)).includes(key)) shown.push(file);
    }
    expect(shown.length).toBeLessThanOrEqual(1);
    for (const file of shown) expect((await stat(file)).mode & 0o077).toBe(0);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });
});
