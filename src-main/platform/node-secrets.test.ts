import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileSecrets } from './node-secrets.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-secrets-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('createFileSecrets', () => {
  it('keeps secrets over a restart in a file for its owner alone', async () => {
    const file = join(folder, 'deep', 'secrets.json');
    await createFileSecrets(file).set('home', 'key');
    expect(await createFileSecrets(file).get('home')).toBe('key');
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('loses nothing when many are set at once', async () => {
    const secrets = createFileSecrets(join(folder, 'secrets.json'));
    await Promise.all(Array.from({ length: 20 }, (_, n) => secrets.set(`s${n}`, String(n))));
    await secrets.delete('s3');
    expect(await secrets.get('s19')).toBe('19');
    expect(await secrets.get('s3')).toBeUndefined();
  });

  it('refuses a damaged file instead of overwriting it', async () => {
    const file = join(folder, 'secrets.json');
    writeFileSync(file, '"not an object"');
    await expect(createFileSecrets(file).set('home', 'key')).rejects.toThrow('does not hold secrets');
  });
});
