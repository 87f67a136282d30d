import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';

/** Every threat of `accounts-and-safety.md` 8.1 and 8.2: the tests that prove its defence, and what is open. */
const Threats = Type.Record(
  Type.String({ pattern: '^T-THR-[0-9]{2}$' }),
  Type.Object({
    tests: Type.Array(Type.Tuple([Type.String(), Type.String()])),
    open: Type.Optional(Type.String()),
  }),
);

const root = new URL('../../../', import.meta.url);
const threats = Value.Parse(
  Threats,
  JSON.parse(await readFile(new URL('threats.json', import.meta.url), 'utf8')),
);
/** The ids of the two tables; those of 8.3 are of the desktop's window. */
const network = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '13', '15', '16', '17'];
const data = ['11', '12', '26', '27', '30', '31', '32', '33', '34', '35', '36', '37', '38', '39'];

describe('the threats of a server on a desktop', () => {
  it('are all in the table', () => {
    const ids = [...network, ...data].map((number) => `T-THR-${number}`);
    expect(Object.keys(threats)).toEqual(ids.toSorted());
  });

  it.each(Object.entries(threats))(
    '%s has the tests that the table names, or says what is missing',
    async (_id, threat) => {
      expect(threat.tests.length + (threat.open === undefined ? 0 : 1)).toBeGreaterThan(0);
      for (const [file, name] of threat.tests) {
        const source = await readFile(fileURLToPath(new URL(file, root)), 'utf8');
        expect([file, name, source.includes(name)]).toEqual([file, name, true]);
      }
    },
  );
});
