import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callHorde, endApp, exitOf, launchApp, startApp } from './testing/launch-app.ts';

/** A disk of its own, small and in memory; only Linux with the right to mount has one. */
function mount(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'yurt-mount-'));
  try {
    mount(folder, 'size=1m');
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes until nothing more fits; gives the files, to make room again. */
function fill(folder: string): string[] {
  const files: string[] = [];
  for (const size of [64 * 1024, 4096]) {
    while (statfsSync(folder).bavail * statfsSync(folder).bsize >= size) {
      const file = join(folder, `filling-${files.length}`);
      writeFileSync(file, Buffer.alloc(size, 1));
      files.push(file);
    }
  }
  return files;
}

describe.skipIf(!canMount())('a data folder on a disk of its own (needs the right to mount)', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'yurt-disk-'));
  });

  afterEach(() => {
    unmount(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  it('without write rights is named with what to do', async () => {
    mount(folder, 'size=4m,ro');
    const { child, line } = await launchApp(folder);
    expect(line).toMatchObject({ error: 'data_folder_unusable', message: expect.stringContaining('--data') });
    expect(await exitOf(child)).toBe(4);
  });

  it('that is full is named with what to do', async () => {
    mount(folder, 'size=4m');
    fill(folder);
    const { child, line } = await launchApp(folder);
    expect(line).toMatchObject({ error: 'disk_full', message: expect.stringContaining('--data') });
    expect(await exitOf(child)).toBe(4);
  });

  it('that fills up while it runs costs the requests of that time alone', async () => {
    mount(folder, 'size=24m');
    const app = await startApp(folder, ['--no-worker']);
    const ask = (): ReturnType<typeof callHorde> =>
      callHorde(app.line, '/generate/async', { body: { prompt: 'a red circle', params: { steps: 1 } } });
    expect((await ask()).status).toBe(202);
    const files = fill(folder);
    // What the log of the database still holds may take one more request.
    const refused = await expect
      .poll(async () => (await ask()).status, { timeout: 20_000, interval: 10 })
      .toBe(507)
      .then(() => ask());
    expect(refused.json['message']).toContain('disk');
    for (const file of files) unlinkSync(file);
    expect((await ask()).status).toBe(202);
    expect(await endApp(app, 'SIGTERM')).toBe(0);
  }, 60_000);
});
