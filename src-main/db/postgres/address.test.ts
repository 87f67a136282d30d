import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../database.ts';
import { DatabaseServerError } from '../errors.ts';
import { parseAddress, refuseServer } from './address.ts';

const secret = 'hunter2';

async function problemOf(url: string): Promise<string> {
  const error: unknown = await openDatabase(url).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DatabaseServerError)) throw new Error('it was opened, or failed otherwise');
  expect(inspect(error, { showHidden: true, depth: 10 })).not.toContain(secret);
  return error.message;
}

describe('the sentence for a server that cannot be used', () => {
  it('says that nobody answers', async () => {
    expect(await problemOf(`postgres://u:${secret}@127.0.0.1:1/d`)).toMatch(
      /at 127\.0\.0\.1:1 does not answer\. Check that it runs/,
    );
  });

  it('says how an address reads that is none', async () => {
    for (const bad of [`postgres://u:${secret}@[/d`, `postgres://u:${secret}@host`, 'postgres://']) {
      expect(await problemOf(bad)).toContain('postgres://user:password@host:5432/name');
    }
  });

  it('names the version that is too old and the encoding that is not UTF-8', () => {
    const address = parseAddress(`postgres://u:${secret}@db.example/horde`);
    const refusalOf = (version: number, encoding: string) => () =>
      refuseServer({ version, encoding }, address);
    expect(refusalOf(130_016, 'UTF8')).toThrow(
      'The PostgreSQL server at db.example:5432 has version 13. Yurt needs version 14 or newer.',
    );
    expect(refusalOf(160_002, 'SQL_ASCII')).toThrow(/stores text as SQL_ASCII/);
    expect(refusalOf(140_000, 'UTF8')).not.toThrow();
  });
});
