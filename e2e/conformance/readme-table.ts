import { readFileSync, writeFileSync } from 'node:fs';
import type { Operation } from './operations.ts';

/** How an operation did: cases that hold, of all that are claimed of it. */
export interface OperationResult {
  readonly operation: Operation;
  readonly passed: number;
  readonly cases: number;
}

const [begin, end] = [
  '<!-- operations: npm run conformance -- --table README.md -->',
  '<!-- /operations -->',
];

/**
 * Writes the table of operations between its marks.
 * @throws Error when the file has no marks
 */
export function writeTable(file: string, results: readonly OperationResult[]): void {
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the table of operations`);
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n\n${tableOf(results)}\n\n${text.slice(to)}`);
}

function tableOf(results: readonly OperationResult[]): string {
  const rows = results.map(({ operation, passed, cases }) => [
    `\`${operation.name}\``,
    `\`${operation.id}\``,
    `${passed} of ${cases}`,
  ]);
  const head = ['operation', 'id', 'cases that hold'];
  const widths = head.map((title, at) =>
    Math.max(...[head, ...rows].map((row) => row[at]?.length ?? title.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
