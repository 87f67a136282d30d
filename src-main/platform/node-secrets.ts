import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SecretStore } from './ports.ts';

/**
 * Keys in one JSON file that only its owner can read, for hosts without a keychain. Written whole to
 * a neighbour and renamed, so a crash leaves the old file or the new one.
 */
export function createFileSecrets(file: string): SecretStore {
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <R>(action: () => Promise<R>): Promise<R> => {
    const result = turn.then(action);
    turn = result.catch(() => undefined);
    return result;
  };
  return {
    get: (name) => inTurn(async () => (await load(file)).get(name)),
    set: (name, value) =>
      inTurn(async () => {
        const secrets = await load(file);
        await save(file, secrets.set(name, value));
      }),
    delete: (name) =>
      inTurn(async () => {
        const secrets = await load(file);
        if (secrets.delete(name)) await save(file, secrets);
      }),
  };
}

async function load(file: string): Promise<Map<string, string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${file} does not hold secrets`);
  return new Map(
    Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

async function save(file: string, secrets: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const neighbour = `${file}.new`;
  const handle = await open(neighbour, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(Object.fromEntries(secrets), undefined, 2));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(neighbour, file);
}
