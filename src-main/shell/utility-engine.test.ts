import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineProcess } from '#main/platform/ports.ts';
import { forkUtility } from './utility-engine.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

/** Answers each message, tells its role, and cannot be asked to end. */
const stubborn = `
  process.on('SIGTERM', () => console.log('will not'));
  process.on('message', (message) => process.send({ role: process.argv[2], message }));
  console.log('line one');
  console.error('line two');
`;
const until = { timeout: 10_000, interval: 10 };
let folder: string;
let engine: EngineProcess;
let lines: string[];
let received: unknown[];
let exits: unknown[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-utility-'));
  writeFileSync(join(folder, 'engine.mjs'), stubborn);
  lines = [];
  received = [];
  exits = [];
  engine = forkUtility(join(folder, 'engine.mjs'), 'media', (line) => lines.push(line));
  engine.onMessage((message) => received.push(message));
  engine.onExit((reason) => exits.push(reason));
});
afterEach(() => {
  engine.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('forkUtility', () => {
  it('carries messages to an engine of the role and back, and its lines to the log', async () => {
    engine.send({ bytes: Uint8Array.of(1, 2) });
    await expect
      .poll(() => received, until)
      .toEqual([{ role: 'media', message: { bytes: Uint8Array.of(1, 2) } }]);
    await expect.poll(() => lines.toSorted(), until).toEqual(['line one', 'line two']);
  });

  it('ends an engine that does not listen, and says so once', async () => {
    engine.send({});
    await expect.poll(() => received.length, until).toBe(1);
    engine.kill();
    await expect.poll(() => exits, until).toHaveLength(1);
    engine.send({ after: 'its end' });
    engine.kill();
    expect(exits).toHaveLength(1);
  });
});
