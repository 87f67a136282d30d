// @ts-check
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from './setup.mjs';

/**
 * Each fixture breaks one rule and names it in its first line (or names `nothing`, for an import that
 * must stay allowed). A misspelt import pattern matches nothing and looks exactly like clean code.
 */
const fixtures = join(projectRoot, 'tools', 'lint-fixtures');
const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.tsx?$/.test(name))
  .sort();

describe('lint rules', () => {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  let folder = '';

  beforeAll(() => {
    // In a folder of their own the fixtures have the very paths that the overrides name.
    folder = mkdtempSync(join(tmpdir(), 'yurt-lint-'));
    cpSync(fixtures, folder, { recursive: true });
    for (const name of ['.oxlintrc.json', 'package.json', 'tsconfig.base.json']) {
      cpSync(join(projectRoot, name), join(folder, name));
    }
    const cli = join(projectRoot, 'node_modules', 'oxlint', 'bin', 'oxlint');
    const { stdout } = spawnSync(process.execPath, [cli, '--format', 'json', '.'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    for (const { filename, code } of JSON.parse(stdout).diagnostics) {
      const file = filename.replaceAll('\\', '/').replace(/^\.\//, '');
      found.set(file, [...(found.get(file) ?? []), code]);
    }
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(files)('%s', (file) => {
    const expected = /^\/\/ expect: (.+)$/m.exec(readFileSync(join(fixtures, file), 'utf8'))?.[1];
    expect(new Set(found.get(file) ?? [])).toEqual(new Set(expected === 'nothing' ? [] : [expected]));
  });
});
