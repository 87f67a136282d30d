/** States of a request (`queue.md` 1.2). Requests are stored only once active. */
export type RequestState = 'queued' | 'drained' | 'done' | 'faulted';

/** Counts from which a request's state follows. */
export interface RequestCounts {
  /** Slots that a pop may still take. */
  readonly open: number;
  /** Pictures asked for; cancelling lowers it to what was finished. */
  readonly asked: number;
  readonly processing: number;
  readonly finished: number;
  /** Dead jobs: faulted by their worker or overdue. */
  readonly restarted: number;
  readonly isCancelled: boolean;
}

/** `faulted` only when every slot was given up and nothing finished (`decisions.md` 33). */
export function requestState(counts: RequestCounts): RequestState {
  if (counts.open > 0) return 'queued';
  if (counts.processing > 0) return 'drained';
  const isGivenUp = counts.finished === 0 && counts.asked > 0 && !counts.isCancelled;
  return isGivenUp ? 'faulted' : 'done';
}

/** The count fields of a status answer (`queue.md` 1.13, YURT rule for `done`). */
export function statusCounts(counts: RequestCounts): {
  finished: number;
  processing: number;
  restarted: number;
  waiting: number;
  done: boolean;
  faulted: boolean;
} {
  const state = requestState(counts);
  return {
    finished: counts.finished,
    processing: counts.processing,
    restarted: counts.restarted,
    waiting: Math.min(counts.open, Math.max(counts.asked - counts.processing - counts.finished, 0)),
    done: state === 'done' || state === 'faulted',
    faulted: state === 'faulted',
  };
}
