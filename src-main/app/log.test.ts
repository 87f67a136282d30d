import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from './log.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'yurt-log-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const files = (): string[] => readdirSync(join(dataDir, 'logs')).filter((name) => name.endsWith('.log'));

describe('openLog', () => {
  it('writes JSON lines without keys and secrets, and loses none at the end', async () => {
    const appLog = await openLog(dataDir, 'info');
    const { log } = appLog;
    log.info({ apikey: 'my key', req: { headers: { cookie: 'my cookie' } }, port: 7001 }, 'listening');
    log.debug('too fine');
    await appLog.close();
    const [file = ''] = files();
    const text = readFileSync(join(dataDir, 'logs', file), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([{ msg: 'listening', port: 7001, apikey: '[hidden]' }]);
    expect(text).not.toMatch(/my key|my cookie/);
  });

  it('begins a new file after 5 MB', async () => {
    const appLog = await openLog(dataDir, 'info');
    const long = 'x'.repeat(100_000);
    for (let count = 0; count < 60; count += 1) appLog.log.info(long);
    await expect.poll(() => files().length, { timeout: 10_000 }).toBe(2);
    appLog.log.info('in the second');
    await appLog.close();
    const sizes = files().map((file) => statSync(join(dataDir, 'logs', file)).size);
    expect(Math.max(...sizes)).toBeGreaterThan(5_000_000);
    expect(Math.min(...sizes)).toBeLessThan(1_000_000);
  });
});
