// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, projectRoot } from './setup.mjs';

const isWindows = process.platform === 'win32';
const supervisor = pathToFileURL(join(projectRoot, 'tools', 'supervise.mjs')).href;

/** Stands for the app: says what happens to it, and ends with 7 a moment after the first signal. */
const app = `
  process.on('SIGTERM', () => { console.log('signal'); setTimeout(() => process.exit(7), 1500); });
  process.on('disconnect', () => process.exit(0));
  setInterval(() => {}, 1000);
  console.log('up ' + process.pid + ' ' + process.env.YURT_STARTER);
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-supervise-'));
  writeFileSync(join(folder, 'app.cjs'), app);
  const start = `import { supervise } from ${JSON.stringify(supervisor)};
    supervise(process.execPath, [${JSON.stringify(join(folder, 'app.cjs'))}]);`;
  writeFileSync(join(folder, 'start.mjs'), start);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param {import('node:child_process').ChildProcess} child */
function output(child) {
  let text = '';
  /** @type {(() => void)[]} */
  let waiting = [];
  child.stdout?.on('data', (chunk) => {
    text += chunk;
    const ready = waiting;
    waiting = [];
    for (const wake of ready) wake();
  });
  return {
    text: () => text,
    /** @param {RegExp} pattern @returns {Promise<RegExpExecArray>} */
    async line(pattern) {
      for (;;) {
        const match = pattern.exec(text);
        if (match) return match;
        await new Promise((resolve) => waiting.push(() => resolve(undefined)));
      }
    },
  };
}

const patience = { timeout: 10_000 };

describe('supervise', () => {
  it.skipIf(isWindows)(
    'passes one signal on and ends with the code of the app (signals: not on Windows)',
    async () => {
      const starter = spawn(process.execPath, [join(folder, 'start.mjs')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const out = output(starter);
      expect((await out.line(/up \d+ (\d)/))[1]).toBe('1');
      const exit = once(starter, 'exit');
      starter.kill('SIGTERM');
      await out.line(/signal/);
      starter.kill('SIGTERM');
      starter.kill('SIGINT');
      expect(await exit).toEqual([7, null]);
      expect(out.text().match(/signal/g)).toHaveLength(1);
    },
  );

  it('lets the app end when the starter is killed', async () => {
    const starter = spawn(process.execPath, [join(folder, 'start.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number((await output(starter).line(/up (\d+)/))[1]);
    starter.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), patience).toBe(false);
  });

  it('ends with the app when its parent goes away', async () => {
    const code = `require('node:child_process').spawn(process.execPath, [${JSON.stringify(join(folder, 'start.mjs'))}], { stdio: 'inherit' });`;
    const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number((await output(parent).line(/up (\d+)/))[1]);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), patience).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')(
    'ends when npm is killed and its shell stays (read from /proc: only Linux)',
    async () => {
      const start = `${process.execPath} ${join(folder, 'start.mjs')}; true`;
      const code = `require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(start)}], { stdio: 'inherit' });`;
      const npm = spawn(process.execPath, ['-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, npm_lifecycle_event: 'start' },
      });
      const pid = Number((await output(npm).line(/up (\d+)/))[1]);
      npm.kill('SIGKILL');
      await expect.poll(() => isAlive(pid), patience).toBe(false);
    },
  );
});
