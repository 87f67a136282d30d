import { describe, expect, it } from 'vitest';
import words from '#ui/locales/en/problems.json' with { type: 'json' };
import { describeProblem, problemTable } from './problem-table.ts';

const groups: Record<string, unknown> = words;

const wordsOf = (group: string, key: string): unknown => {
  const found = groups[group];
  return typeof found === 'object' && found !== null
    ? Object.entries(found).find(([k]) => k === key)?.[1]
    : found;
};

/** The sources of what the studio's requests go through, as text: what they send is what must have words. */
const sources = import.meta.glob<string>(
  [
    '../../../src-main/{server,studio}/**/*.ts',
    '../../../src-main/horde/{addresses,documents,images,jobs,modes,queue,requests,workers}/**/*.ts',
    '../../../src-shared/horde/{common,jobs,requests,workers}/**/*.ts',
    '../../../src-shared/studio/**/*.ts',
    // The studio asks for pictures and rates none.
    '!../../../src-shared/horde/requests/text-rules.ts',
    '!../../../src-main/horde/requests/rating.ts',
  ],
  { query: '?raw', import: 'default', eager: true },
);

const sentCodes = new Set(
  Object.entries(sources)
    .filter(([path]) => !path.endsWith('.test.ts'))
    .flatMap(([, text]) => [
      ...text.matchAll(/ProblemError\(\s*\d+,\s*'([^']+)'/g),
      ...text.matchAll(/\brefuse\(\s*'([^']+)'/g),
      ...text.matchAll(/\brc: '([^']+)'/g),
      ...text.matchAll(/\bcode: '([A-Za-z_]+)'/g),
    ])
    .map((match) => match[1] ?? ''),
);

/** Notices about the start have their words in the shell (`SystemNotice`). */
const noticeCodes = new Set(['horde_port_in_use', 'database_restored_empty']);

describe('problemTable', () => {
  it.each(Object.entries(problemTable))(
    '%s has its sentence, its advice and its button in words',
    (_code, row) => {
      expect(wordsOf(row.words, 'what')).toBeTruthy();
      expect(wordsOf(row.words, 'how') !== undefined).toBe(row.hasHow !== false);
      if (row.fix !== undefined) expect(wordsOf('fix', row.fix)).toBeTruthy();
    },
  );

  it('has a row for every code that the sources of core send', () => {
    expect(sentCodes).toContain('TooManyPrompts');
    expect(sentCodes).toContain('BadCFGDecimals');
    const missing = [...sentCodes].filter(
      (code) => !Object.hasOwn(problemTable, code) && !noticeCodes.has(code),
    );
    expect(missing).toEqual([]);
  });

  it('keeps no words that nothing shows', () => {
    const used = new Set(Object.values(problemTable).map((row) => row.words));
    const spare = Object.keys(groups).filter((group) => !used.has(group));
    expect(spare.toSorted()).toEqual(['details', 'fix', 'unknown']);
  });
});

describe('describeProblem', () => {
  const translate = (key: string, values: Record<string, string>): string =>
    `${key}${values['message'] ?? ''}`;

  it('gives the row of a known code', () => {
    expect(describeProblem(translate, { code: 'KudosUpfront', message: 'x' })).toEqual({
      what: 'upfront.what',
      how: 'upfront.how',
      fix: 'cheaper',
    });
  });

  it('quotes the horde for an unknown code, also one named like a property of every object', () => {
    expect(describeProblem(translate, { code: 'constructor', message: 'No.' }).what).toBe('unknown.whatNo.');
  });
});
