import { safeStorage } from 'electron';
import { createFileSecrets } from '#main/platform/node-secrets.ts';
import type { SecretStore } from '#main/platform/ports.ts';

export interface SecretFiles {
  readonly plain: string;
  readonly sealed: string;
}

/**
 * Whether the system has a keychain for the key that seals secrets. Linux without a keyring has only
 * a password that everybody knows, which is no better than a file that its owner alone can read.
 */
export async function hasKeychain(platform: NodeJS.Platform): Promise<boolean> {
  if (platform === 'linux' && ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend())) {
    return false;
  }
  return safeStorage.isAsyncEncryptionAvailable();
}

/**
 * Secrets sealed by the system's keychain. One that an earlier start left in the plain file moves over
 * when it is read. @throws Error from `get` when the keychain does not open what it sealed
 */
export function createKeychainSecrets(files: SecretFiles): SecretStore {
  const sealed = createFileSecrets(files.sealed);
  const plain = createFileSecrets(files.plain);
  const set = async (name: string, value: string): Promise<void> => {
    const bytes = await safeStorage.encryptStringAsync(value);
    await sealed.set(name, bytes.toString('base64'));
    await plain.delete(name);
  };
  return {
    get: async (name) => {
      const kept = await sealed.get(name);
      if (kept !== undefined) return unseal(kept, (value) => set(name, value), files.sealed);
      const readable = await plain.get(name);
      if (readable !== undefined) await set(name, readable);
      return readable;
    },
    set,
    delete: async (name) => {
      await sealed.delete(name);
      await plain.delete(name);
    },
  };
}

/** Opens a sealed value, and seals it anew where the keychain has changed its key. */
async function unseal(kept: string, reseal: (value: string) => Promise<void>, file: string): Promise<string> {
  let opened: Awaited<ReturnType<typeof safeStorage.decryptStringAsync>>;
  try {
    opened = await safeStorage.decryptStringAsync(Buffer.from(kept, 'base64'));
  } catch (error) {
    // Going on with new secrets would make every key of the horde worthless.
    throw new Error(
      `This computer's keychain does not open the keys of ${file}. Unlock it and start again; if it was reset, move that file away to begin with new keys.`,
      { cause: error },
    );
  }
  if (opened.shouldReEncrypt) await reseal(opened.result);
  return opened.result;
}
