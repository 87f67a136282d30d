import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFileSecrets } from '#main/platform/node-secrets.ts';
import { createKeychainSecrets, hasKeychain, type SecretFiles } from './keychain-secrets.ts';
import { safeStorage } from './testing/fake-electron.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

let folder: string;
let files: SecretFiles;
const onDisk = (): string =>
  [files.plain, files.sealed].map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('\n');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-keychain-'));
  files = { plain: join(folder, 'secrets.json'), sealed: join(folder, 'secrets.sealed.json') };
  Object.assign(safeStorage, { isLocked: false, shouldReEncrypt: false, isAvailable: true, sealed: 0 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('createKeychainSecrets', () => {
  it('keeps secrets over a restart and leaves none readable on the disk', async () => {
    await createKeychainSecrets(files).set('key', 'very-secret');
    expect(onDisk()).not.toContain('very-secret');
    const again = createKeychainSecrets(files);
    expect(await again.get('key')).toBe('very-secret');
    expect(await again.get('other')).toBeUndefined();
    await again.delete('key');
    expect(await again.get('key')).toBeUndefined();
  });

  it('takes over what an earlier start left readable, and clears it there', async () => {
    await createFileSecrets(files.plain).set('key', 'very-secret');
    expect(onDisk()).toContain('very-secret');
    expect(await createKeychainSecrets(files).get('key')).toBe('very-secret');
    expect(onDisk()).not.toContain('very-secret');
    expect(await createKeychainSecrets(files).get('key')).toBe('very-secret');
  });

  it('fails with a sentence instead of giving up secrets that a locked keychain does not open', async () => {
    await createKeychainSecrets(files).set('key', 'very-secret');
    safeStorage.isLocked = true;
    await expect(createKeychainSecrets(files).get('key')).rejects.toThrow(files.sealed);
    safeStorage.isLocked = false;
    expect(await createKeychainSecrets(files).get('key')).toBe('very-secret');
  });

  it('seals anew when the keychain changed its key', async () => {
    const secrets = createKeychainSecrets(files);
    await secrets.set('key', 'very-secret');
    safeStorage.shouldReEncrypt = true;
    expect(await secrets.get('key')).toBe('very-secret');
    expect(safeStorage.sealed).toBe(2);
  });
});

describe('hasKeychain', () => {
  it.each([
    ['linux', 'gnome_libsecret', true, true],
    ['linux', 'basic_text', true, false],
    ['linux', 'unknown', true, false],
    ['linux', 'kwallet6', false, false],
    ['darwin', 'unknown', true, true],
    ['win32', 'unknown', false, false],
  ] as const)('on %s with %s and encryption %s: %s', async (platform, backend, isAvailable, expected) => {
    Object.assign(safeStorage, { backend, isAvailable });
    expect(await hasKeychain(platform)).toBe(expected);
  });
});
