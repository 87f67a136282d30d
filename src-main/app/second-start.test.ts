import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endApp, startAgain, startApp, type Started } from './testing/launch-app.ts';

let folder: string;
let running: Started;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-second-'));
  running = await startApp(folder, ['--no-worker']);
}, 60_000);
afterAll(async () => {
  await endApp(running, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('a second start on the same data', () => {
  it('is a visit for a person without a window: it prints a link that opens the running app', async () => {
    const { stdout, code } = await startAgain(folder);
    expect(code).toBe(0);
    expect(stdout).toContain(`process ${running.line.pid}`);
    const link = /http:\/\/\S+/.exec(stdout)?.[0] ?? '';
    const answer = await fetch(link, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
  });

  it('is an error with code 3 for a program', async () => {
    const headless = await startAgain(folder, '--headless');
    expect(headless).toMatchObject({ code: 3, stdout: '' });
    expect(headless.stderr).toContain('already runs');
    const json = await startAgain(folder, '--json');
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toEqual({ error: 'already_running', pid: running.line.pid });
  });

  it('leaves the keys alone that the keychain of the installed app holds', async () => {
    const sealed = mkdtempSync(join(tmpdir(), 'yurt-sealed-'));
    writeFileSync(join(sealed, 'secrets.sealed.json'), '{}');
    const { code, stderr } = await startAgain(sealed, '--app-port', '0', '--horde-port', '0');
    rmSync(sealed, { recursive: true, force: true });
    expect(code).toBe(4);
    expect(stderr).toContain('keychain');
  });
});
