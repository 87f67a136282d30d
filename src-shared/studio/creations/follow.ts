import type { RequestStatusCheck } from '#shared/horde/requests/schema.ts';
import { type Creation, type CreationState, idleProgress, isTerminal } from './schema.ts';

/** A creation while it is followed, with what following remembers; a restart begins it anew. */
export interface Following {
  readonly creation: Creation;
  /** When a count or the place in the queue last changed. */
  readonly movedAt: number;
  /** How long the horde expected to need, told at that time. */
  readonly expectedMs: number;
  /** Checks in a row that got no answer. */
  readonly failures: number;
  /** When the pictures were last fetched; null before the first time. */
  readonly fetchedAt: number | null;
}

/** A check that brought no counts. `status` is null when no answer came at all. */
export interface FollowError {
  readonly status: number | null;
  /** Return code of the horde, or one of our own where it has none. */
  readonly code: string;
  readonly message: string;
  /** Wait that the horde asks for, of a 429. */
  readonly retryAfterMs?: number;
}

export type Observation =
  | { readonly kind: 'check'; readonly check: RequestStatusCheck }
  | { readonly kind: 'error'; readonly error: FollowError };

/** What to do next: check again after a wait, fetch and save pictures, or nothing any more. */
export type NextStep =
  | { readonly do: 'poll'; readonly inMs: number }
  | { readonly do: 'fetchStatus' }
  | { readonly do: 'stop' };

export interface Followed {
  readonly following: Following;
  readonly next: NextStep;
}

/** Checks may come 10 times a second, fetches of pictures 10 times a minute (`ux.md` 2.2). */
const minFetchGapMs = 6000;
const pollMs = { near: 1000, far: 3000, still: 5000 };
const farPosition = 20;
const maxBackoffMs = 30_000;
const refusedWaitMs = 5000;
/** Silence shorter than twice this is never called slow. */
const minExpectedMs = 60_000;

/** Begins to follow a request that the horde has accepted. */
export function startFollowing(creation: Creation, now: number): Followed {
  const following = { creation, movedAt: now, expectedMs: minExpectedMs, failures: 0, fetchedAt: null };
  return { following, next: isTerminal(creation) ? { do: 'stop' } : { do: 'poll', inMs: 0 } };
}

/** What a check, or its failure, makes of a creation (the table of `ux.md` 2.2). */
export function follow(following: Following, observation: Observation, now: number): Followed {
  if (isTerminal(following.creation)) return { following, next: { do: 'stop' } };
  return observation.kind === 'check'
    ? afterCheck(following, observation.check, now)
    : afterError(following, observation.error);
}

/**
 * What saved pictures make of a creation. `imageIds` are all that the gallery has of it; `isOver`
 * says that the horde makes no more, by the status that brought them.
 */
export function afterSaving(
  following: Following,
  saved: { imageIds: readonly string[]; isOver: boolean },
): Followed {
  const creation = { ...following.creation, imageIds: [...saved.imageIds] };
  if (isTerminal(creation)) return { following: { ...following, creation }, next: { do: 'stop' } };
  if (saved.isOver) return settle({ ...following, creation });
  return { following: { ...following, creation }, next: { do: 'poll', inMs: pollMs.near } };
}

function afterCheck(before: Following, check: RequestStatusCheck, now: number): Followed {
  const following = record(before, check, now);
  const isOver = check.done || check.faulted;
  const hasMore = check.finished > following.creation.imageIds.length;
  if (isOver && !hasMore) return settle(following);
  if (isOver) return fetchAs('saving', following, now);
  const state = stateOf(following, check, now);
  const mayFetch = following.fetchedAt === null || now - following.fetchedAt >= minFetchGapMs;
  if (hasMore && mayFetch) return fetchAs(state, following, now);
  return { following: withState(following, state), next: { do: 'poll', inMs: waitOf(state, check) } };
}

/** Takes the counts over and notes whether anything moved. */
function record(before: Following, check: RequestStatusCheck, now: number): Following {
  const { progress } = before.creation;
  const hasMoved =
    progress.finished !== check.finished ||
    progress.processing !== check.processing ||
    progress.waiting !== check.waiting ||
    progress.restarted !== check.restarted ||
    progress.queuePosition !== check.queue_position;
  const live = check.processing > 0 ? progress : { step: null, steps: null, previewUrl: null };
  return {
    ...before,
    failures: 0,
    movedAt: hasMoved ? now : before.movedAt,
    expectedMs: hasMoved ? Math.max(minExpectedMs, check.wait_time * 1000) : before.expectedMs,
    creation: {
      ...before.creation,
      kudos: { ...before.creation.kudos, used: check.kudos },
      progress: {
        finished: check.finished,
        processing: check.processing,
        waiting: check.waiting,
        restarted: check.restarted,
        queuePosition: check.queue_position,
        etaSeconds: check.wait_time,
        step: live.step,
        steps: live.steps,
        previewUrl: live.previewUrl,
      },
    },
  };
}

function stateOf(following: Following, check: RequestStatusCheck, now: number): CreationState {
  if (!check.is_possible && check.processing === 0) return 'impossible';
  if (now - following.movedAt > 2 * following.expectedMs) return 'slow';
  return check.processing > 0 || check.finished > 0 ? 'working' : 'waiting';
}

function waitOf(state: CreationState, check: RequestStatusCheck): number {
  if (state === 'impossible' || state === 'slow') return pollMs.still;
  return state === 'waiting' && check.queue_position > farPosition ? pollMs.far : pollMs.near;
}

/** The horde makes no more and every finished picture is saved: how it ended. */
function settle(following: Following): Followed {
  const { imageIds, input } = following.creation;
  if (imageIds.length >= input.count) return end(following, 'done', null);
  const message = `The horde delivered ${imageIds.length} of ${input.count} pictures.`;
  const state = imageIds.length > 0 ? 'partial' : 'failed';
  return end(following, state, { code: 'faulted', message });
}

function afterError(following: Following, error: FollowError): Followed {
  const { status, code, message } = error;
  if (status === 429) {
    return { following, next: { do: 'poll', inMs: error.retryAfterMs ?? refusedWaitMs } };
  }
  if (status === null || status === 408 || status >= 500) {
    const inMs = Math.min(pollMs.near * 2 ** following.failures, maxBackoffMs);
    return { following: { ...following, failures: following.failures + 1 }, next: { do: 'poll', inMs } };
  }
  const { imageIds, input } = following.creation;
  if (imageIds.length >= input.count) return end(following, 'done', null);
  return end(following, status === 404 ? 'expired' : 'failed', { code, message });
}

function end(following: Following, state: CreationState, problem: Creation['problem']): Followed {
  const progress = { ...following.creation.progress, ...idleProgress };
  const creation = { ...following.creation, state, problem, progress };
  return { following: { ...following, creation }, next: { do: 'stop' } };
}

function fetchAs(state: CreationState, following: Following, now: number): Followed {
  return { following: { ...withState(following, state), fetchedAt: now }, next: { do: 'fetchStatus' } };
}

function withState(following: Following, state: CreationState): Following {
  return { ...following, creation: { ...following.creation, state } };
}
