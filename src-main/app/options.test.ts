import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { readOptions } from './options.ts';

describe('readOptions', () => {
  it('has defaults that may give way', () => {
    expect(readOptions([])).toMatchObject({
      appPort: { port: 7010, isChosen: false },
      hordePort: { port: 7001, isChosen: false },
      host: '127.0.0.1',
      startsWorker: true,
      isJson: false,
      isHeadless: false,
      opens: false,
    });
  });

  it('takes what is given', () => {
    const args = [
      '--headless',
      '--data',
      'here',
      '--app-port',
      '0',
      '--horde-port=7002',
      '--no-worker',
      '--json',
    ];
    expect(readOptions(args)).toMatchObject({
      dataDir: resolve('here'),
      appPort: { port: 0, isChosen: true },
      hordePort: { port: 7002, isChosen: true },
      startsWorker: false,
      isJson: true,
      isHeadless: true,
    });
  });

  it.each([
    ['--unknown'],
    ['stray'],
    ['--data'],
    ['--app-port', 'x'],
    ['--app-port', '-1'],
    ['--app-port', '1.5'],
    ['--horde-port', '65536'],
    ['--database', 'mysql://host/name'],
    ['--database'],
  ])('refuses %s %s with the list of options', (...args) => {
    expect(() => readOptions(args)).toThrow('Options: --headless');
  });

  it('lets switches of Chromium and of the system pass in an installed app, not mistakes in its own', () => {
    const args = ['--no-sandbox', '--ozone-platform=wayland', '/some/file', '--data', 'here'];
    expect(readOptions(args, { ignoresUnknown: true }).dataDir).toBe(resolve('here'));
    expect(() => readOptions(['--data'], { ignoresUnknown: true })).toThrow('--data');
    expect(() => readOptions(['--app-port=x'], { ignoresUnknown: true })).toThrow('no port');
  });

  it('takes the database from the environment where the arguments name none', () => {
    vi.stubEnv('YURT_DATABASE', 'postgres://u:one@db/horde');
    expect(readOptions([]).database).toBe('postgres://u:one@db/horde');
    expect(readOptions(['--database', 'postgresql://u:two@db/horde']).database).toContain('two');
    vi.stubEnv('YURT_DATABASE', '');
    expect(readOptions([]).database).toBeUndefined();
    vi.unstubAllEnvs();
  });

  it('repeats no password when an address stands in the wrong place', () => {
    for (const args of [['postgres://u:hunter2@db/horde'], ['--data=x', '--db=postgres://u:hunter2@db/h']]) {
      let thrown: unknown;
      try {
        readOptions(args);
      } catch (error) {
        thrown = error;
      }
      expect(inspect(thrown, { showHidden: true })).toContain('Options: --headless');
      expect(inspect(thrown, { showHidden: true })).not.toContain('hunter2');
    }
  });
});
