import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeOrphans } from './orphans.ts';

let folder: string;
const now = 1_800_000_000_000;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-objects-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function stored(bucket: string, name: string, ageMs = 3 * 3600_000): string {
  const file = join(folder, bucket, name.slice(0, 2), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'a picture');
  utimesSync(file, (now - ageMs) / 1000, (now - ageMs) / 1000);
  return file;
}

const sweep = (...kept: readonly string[]) =>
  removeOrphans({
    folder,
    now,
    keptOf: (ids) => Promise.resolve(new Set(ids.filter((id) => kept.includes(id)))),
  });

describe('the sweep of the object store', () => {
  it('removes old files of what there is no more, and keeps the others', async () => {
    const [kept, gone] = [randomUUID(), randomUUID()];
    const keeps = [stored('transient', `${kept}.webp`), stored('source', `${kept}_src.webp`)];
    const goes = [stored('transient', `${gone}.webp`), stored('source', `${gone}_msk.webp`)];
    expect(await sweep(kept)).toBe(2);
    expect([...keeps, ...goes].map((file) => existsSync(file))).toEqual([true, true, false, false]);
    expect(await sweep(kept)).toBe(0);
  });

  it('leaves young files alone, whose rows may come yet', async () => {
    const file = stored('transient', `${randomUUID()}.webp`, 60_000);
    expect([await sweep(), existsSync(file)]).toEqual([0, true]);
  });

  it('removes what a crash left half written', async () => {
    const id = randomUUID();
    const file = stored('transient', `${id}.webp.${randomUUID()}.new`);
    expect([await sweep(id), existsSync(file)]).toEqual([1, false]);
  });

  it('asks in batches, whatever the number of files', async () => {
    for (let count = 0; count < 450; count += 1) stored('transient', `ab${randomUUID().slice(2)}.webp`);
    const sizes: number[] = [];
    const removed = await removeOrphans({
      folder,
      now,
      keptOf: (ids) => {
        sizes.push(ids.length);
        return Promise.resolve(new Set());
      },
    });
    expect([removed, sizes]).toEqual([450, [200, 200, 50]]);
  });

  it('has nothing to do where nothing was stored', async () => {
    rmSync(folder, { recursive: true });
    expect(await sweep()).toBe(0);
  });
});
