/** What was asked for, and what the judges saw. */
export interface Judged {
  readonly prompt: string;
  readonly seed: number;
  readonly asked: { readonly object: string; readonly background: string; readonly shape: string };
  readonly seen: {
    readonly object: string | undefined;
    readonly background: string;
    readonly shape: string;
  };
  readonly seconds: number;
}

/** Shares of right answers, 0…1. */
export interface Shares {
  readonly count: number;
  readonly object: number;
  readonly background: number;
  readonly bothColors: number;
  readonly shape: number;
  readonly all: number;
}

export interface Summary {
  readonly total: Shares;
  readonly seconds: { readonly median: number; readonly slowest: number };
  readonly byObjectColor: Readonly<Record<string, Shares>>;
  readonly byBackgroundColor: Readonly<Record<string, Shares>>;
  readonly byShape: Readonly<Record<string, Shares>>;
}

/** What a model must reach to be shipped, as shares of the pictures. */
const thresholds = { bothColors: 0.9, shape: 0.8 };

export function summarize(judged: readonly Judged[]): Summary {
  const seconds = judged.map((one) => one.seconds).toSorted((a, b) => a - b);
  return {
    total: sharesOf(judged),
    seconds: { median: seconds[Math.floor(seconds.length / 2)] ?? 0, slowest: seconds.at(-1) ?? 0 },
    byObjectColor: grouped(judged, ({ asked }) => asked.object),
    byBackgroundColor: grouped(judged, ({ asked }) => asked.background),
    byShape: grouped(judged, ({ asked }) => asked.shape),
  };
}

export function isGoodEnough({ total }: Summary): boolean {
  return total.bothColors >= thresholds.bothColors && total.shape >= thresholds.shape;
}

/** What of one picture is right. */
export function verdictOf({ asked, seen }: Judged): Record<'object' | 'background' | 'shape', boolean> {
  return {
    object: seen.object === asked.object,
    background: seen.background === asked.background,
    shape: seen.shape === asked.shape,
  };
}

function sharesOf(judged: readonly Judged[]): Shares {
  const verdicts = judged.map(verdictOf);
  const share = (isRight: (verdict: ReturnType<typeof verdictOf>) => boolean): number =>
    verdicts.length === 0 ? 0 : verdicts.filter(isRight).length / verdicts.length;
  return {
    count: judged.length,
    object: share(({ object }) => object),
    background: share(({ background }) => background),
    bothColors: share(({ object, background }) => object && background),
    shape: share(({ shape }) => shape),
    all: share(({ object, background, shape }) => object && background && shape),
  };
}

function grouped(judged: readonly Judged[], keyOf: (one: Judged) => string): Record<string, Shares> {
  const groups = Object.entries(Object.groupBy(judged, keyOf));
  return Object.fromEntries(groups.map(([key, group]) => [key, sharesOf(group ?? [])]));
}

/** The figures as a table for people. */
export function tableOf(summary: Summary): string {
  const lines = [
    row('', 'count', 'object', 'background', 'both', 'shape', 'all'),
    rowOf('all', summary.total),
  ];
  const parts = [
    ['object color', summary.byObjectColor],
    ['background color', summary.byBackgroundColor],
    ['shape', summary.byShape],
  ] as const;
  for (const [title, groups] of parts) {
    lines.push('', title);
    for (const [name, shares] of Object.entries(groups)) lines.push(rowOf(`  ${name}`, shares));
  }
  const { median, slowest } = summary.seconds;
  lines.push('', `seconds per picture: median ${median.toFixed(2)}, slowest ${slowest.toFixed(2)}`);
  return lines.join('\n');
}

function rowOf(name: string, { count, ...shares }: Shares): string {
  const values = [shares.object, shares.background, shares.bothColors, shares.shape, shares.all];
  return row(name, String(count), ...values.map((share) => `${(share * 100).toFixed(1)} %`));
}

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(18) + cells.map((cell) => cell.padStart(12)).join('');
}
