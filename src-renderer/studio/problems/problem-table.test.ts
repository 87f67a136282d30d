import { describe, expect, it } from 'vitest';
import words from '#ui/locales/en/problems.json' with { type: 'json' };
import { describeProblem, problemTable } from './problem-table.ts';

const groups: Record<string, Record<string, string>> = words;

describe('problemTable', () => {
  it.each(Object.entries(problemTable))(
    '%s has its sentence, its advice and its button in words',
    (_code, row) => {
      expect(groups[row.words]?.['what']).toBeTruthy();
      if (row.hasHow !== false) expect(groups[row.words]?.['how']).toBeTruthy();
      if (row.fix !== undefined) expect(groups['fix']?.[row.fix]).toBeTruthy();
    },
  );
});

describe('describeProblem', () => {
  const translate = (key: string, values?: Record<string, string>): string =>
    `${key}${values?.['message'] ?? ''}`;

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
