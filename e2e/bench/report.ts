/** One line of the report. `budget` says what the measured value must be; without it the line informs. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly budget?: { readonly atMost: number } | { readonly atLeast: number };
  readonly note?: string;
}

/** The middle of some values; the upper one of two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('there is nothing to take the median of');
  return middle;
}

export function isWithin({ measured, budget }: Figure): boolean {
  if (budget === undefined) return true;
  return 'atMost' in budget ? measured <= budget.atMost : measured >= budget.atLeast;
}

/** The figures as a table in text. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.what,
    budgetText(figure),
    `${round(figure.measured)} ${figure.unit}`.trim(),
    figure.budget === undefined ? '' : isWithin(figure) ? 'ok' : 'OVER',
    figure.note ?? '',
  ]);
  const all = [['what', 'budget', 'measured', '', 'note'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function budgetText({ budget, unit }: Figure): string {
  if (budget === undefined) return '';
  return 'atMost' in budget ? `≤ ${budget.atMost} ${unit}`.trim() : `≥ ${budget.atLeast} ${unit}`.trim();
}

function round(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 3;
  return value.toFixed(digits);
}
