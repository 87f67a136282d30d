import { join } from 'node:path';

/** Files of the secret store of each host: readable text, and what the keychain has sealed. */
export function secretFiles(dataDir: string): { readonly plain: string; readonly sealed: string } {
  return { plain: join(dataDir, 'secrets.json'), sealed: join(dataDir, 'secrets.sealed.json') };
}
