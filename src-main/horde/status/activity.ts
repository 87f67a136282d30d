import type { Clock } from '#shared/common/clock.ts';

/** What was finished lately, for performance figures. */
export interface Activity {
  record(job: { readonly model: string; readonly things: number; readonly tookMs: number }): void;
  /** Pixelsteps or tokens delivered in the last 60 seconds. */
  thingsOfPastMinute(): number;
  /** Mean pixelsteps or tokens a second of a model's jobs in the last hour; 0 without data. */
  speedOf(model: string): number;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
const spanMs = 5_000;

interface Span {
  readonly start: number;
  things: number;
  readonly models: Map<string, { jobs: number; speeds: number }>;
}

/** Sums in spans of five seconds, for one hour: memory does not grow with the number of jobs. */
export function createActivity(clock: Clock): Activity {
  const spans: Span[] = [];
  const current = (): Span => {
    const start = Math.floor(clock() / spanMs) * spanMs;
    while (spans[0] && spans[0].start < start - hourMs) spans.shift();
    const last = spans.at(-1);
    if (last?.start === start) return last;
    const span: Span = { start, things: 0, models: new Map() };
    spans.push(span);
    return span;
  };
  return {
    record: ({ model, things, tookMs }) => {
      const span = current();
      span.things += things;
      const sums = span.models.get(model) ?? { jobs: 0, speeds: 0 };
      sums.jobs += 1;
      sums.speeds += tookMs > 0 ? (things * 1000) / tookMs : 1;
      span.models.set(model, sums);
    },
    thingsOfPastMinute: () => {
      const since = clock() - minuteMs;
      return spans.reduce((sum, span) => sum + (span.start > since ? span.things : 0), 0);
    },
    speedOf: (model) => {
      const since = clock() - hourMs;
      let [jobs, speeds] = [0, 0];
      for (const span of spans) {
        const sums = span.start > since ? span.models.get(model) : undefined;
        jobs += sums?.jobs ?? 0;
        speeds += sums?.speeds ?? 0;
      }
      return jobs === 0 ? 0 : Math.round((speeds / jobs) * 10) / 10;
    },
  };
}
