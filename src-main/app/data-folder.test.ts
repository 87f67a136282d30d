import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderError, holdDataFolder, readInstance } from './data-folder.ts';
import { StartError, exitCodeOf } from './start-error.ts';

let parent: string;
let children: ChildProcess[];

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'yurt-folder-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(parent, { recursive: true, force: true });
});

/** A process of its own that holds the folder until it is killed. */
async function holder(dataDir: string): Promise<ChildProcess> {
  const script = join(parent, 'holder.mjs');
  const source = new URL('./data-folder.ts', import.meta.url).href;
  writeFileSync(
    script,
    `import { holdDataFolder } from ${JSON.stringify(source)};
     holdDataFolder(${JSON.stringify(dataDir)}).announce({ pid: process.pid, appOrigin: 'http://127.0.0.1:1', control: 'c' });
     process.send('held');
     setInterval(() => undefined, 1000);`,
  );
  const child = fork(script);
  children.push(child);
  await once(child, 'message');
  return child;
}

function failure(action: () => unknown): StartError {
  try {
    action();
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('holdDataFolder', () => {
  it('makes a folder for its owner alone and announces the app in it', () => {
    const dataDir = join(parent, 'deep', 'data');
    const held = holdDataFolder(dataDir);
    held.announce({ pid: 42, appOrigin: 'http://127.0.0.1:7010', control: 'token' });
    expect(readInstance(dataDir)).toEqual({ pid: 42, appOrigin: 'http://127.0.0.1:7010', control: 'token' });
    if (process.platform !== 'win32') expect(statSync(join(dataDir, 'instance.json')).mode & 0o077).toBe(0);
    held.release();
    expect(readInstance(dataDir)).toBeUndefined();
  });

  it('tells a second start which process holds the folder', async () => {
    const dataDir = join(parent, 'data');
    const child = await holder(dataDir);
    const error = failure(() => holdDataFolder(dataDir));
    expect(error.code).toBe('already_running');
    expect(error.details).toEqual({ pid: child.pid });
    expect(exitCodeOf(error)).toBe(3);
  });

  it('is free again after its holder was killed with SIGKILL', async () => {
    const dataDir = join(parent, 'data');
    const child = await holder(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => holdDataFolder(dataDir).release()).not.toThrow();
  });

  it('explains a file in the place of the folder', () => {
    const dataDir = join(parent, 'data');
    writeFileSync(dataDir, 'a file');
    const error = failure(() => holdDataFolder(dataDir));
    expect(error.code).toBe('data_folder_unusable');
    expect(error.message).toContain('--data');
    expect(exitCodeOf(error)).toBe(4);
  });

  it.each(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])('calls %s a full disk', (code) => {
    const error = folderError('/data', Object.assign(new Error('no'), { code }));
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ code: 'disk_full' });
  });

  it('passes over an instance record that is not one', () => {
    writeFileSync(join(parent, 'instance.json'), '{"pid":"seven"}');
    expect(readInstance(parent)).toBeUndefined();
    writeFileSync(join(parent, 'instance.json'), 'half a rec');
    expect(readInstance(parent)).toBeUndefined();
  });
});
