import type { HordeClient } from '#shared/horde/client.ts';
import {
  afterSaving,
  follow,
  type Followed,
  type Following,
  startFollowing,
} from '#shared/studio/creations/follow.ts';
import type { CreationProblem } from '#shared/studio/creations/schema.ts';
import type { Card } from './card.ts';
import { backoffMs } from './pause.ts';
import type { PictureSaver } from './pictures.ts';
import { failureOf, problemCodes } from './sending.ts';

export interface FollowDeps {
  readonly client: Pick<HordeClient, 'generateCheck' | 'generateStatus' | 'generateCancel'>;
  readonly pictures: PictureSaver;
  readonly clock: () => number;
  /** Waits; cut short when something happens, the person cancels or the app ends. */
  readonly rest: (ms: number) => Promise<void>;
  /** Fires when the app ends. */
  readonly ending: AbortSignal;
  /** Stops the jobs of a cancelled request that the own worker has. */
  readonly stopJobs: (requestId: string) => void;
}

/** Steps of a creation that the horde has taken. */
export interface FollowSteps {
  /** Checks, fetches and saves what is finished, waits. `signal` fires when the person cancels. */
  follow(requestId: string, signal: AbortSignal): Promise<void>;
  /** Cancels at the horde and keeps what was finished. */
  cancel(requestId: string): Promise<void>;
}

/** Answers of an unknown shape in a row after which a horde is not asked any more. */
const maxUnknownAnswers = 4;
/** Pictures of a request may be asked for 10 times a minute (`ux.md` 2.2); the first miss is often a blip. */
const missedMs = { first: 1000, later: 6000 };

export function createFollowSteps(card: Card, deps: FollowDeps): FollowSteps {
  const { client, clock, ending, pictures, rest } = deps;
  let following: Following = startFollowing(card.stored.creation, clock()).following;
  let misses = 0;

  /** Takes over what following made of an observation and waits as it says. */
  const take = async (followed: Followed, trouble: CreationProblem | null): Promise<void> => {
    following = followed.following;
    const { state, progress, kudos, imageIds, problem } = following.creation;
    const isEnd = followed.next.do === 'stop';
    const shown = !isEnd ? trouble : state === 'done' ? null : (trouble ?? problem);
    await card.change({ state, progress, kudos, imageIds, problem: shown });
    if (followed.next.do === 'poll') await rest(followed.next.inMs);
  };

  const takeError = async (error: unknown, signal: AbortSignal): Promise<void> => {
    ending.throwIfAborted();
    if (signal.aborted) return;
    const failure = failureOf(error);
    const isUnknown =
      failure.problem.code === problemCodes.unknownAnswer && following.failures + 1 < maxUnknownAnswers;
    const refusal = failure.kind === 'refused' ? failure.status : null;
    const status = failure.kind === 'later' ? 429 : isUnknown ? null : refusal;
    const followed = follow(following, { kind: 'error', error: { status, ...failure.problem } }, clock());
    await take(followed, failure.problem);
  };

  const tryAgainLater = async (problem: CreationProblem, imageIds: string[]): Promise<void> => {
    misses += 1;
    await card.change({ imageIds, problem });
    await rest(misses === 1 ? missedMs.first : Math.max(missedMs.later, backoffMs(misses)));
  };

  const fetch = async (requestId: string, signal: AbortSignal): Promise<void> => {
    let status;
    try {
      status = await client.generateStatus(requestId, signal);
    } catch (error) {
      return takeError(error, signal);
    }
    const saved = await pictures.save(card.stored.creation, status, ending);
    if (saved.missed) return tryAgainLater(saved.missed, saved.imageIds);
    misses = 0;
    const isOver = status.done || status.faulted;
    return take(afterSaving(following, { imageIds: saved.imageIds, isOver }), saved.refused);
  };

  return {
    follow: async (requestId, signal) => {
      following = { ...following, creation: card.stored.creation };
      let check;
      try {
        check = await client.generateCheck(requestId, signal);
      } catch (error) {
        return takeError(error, signal);
      }
      const followed = follow(following, { kind: 'check', check }, clock());
      // What could not be saved stays said until it is.
      await take(followed, misses > 0 ? card.stored.creation.problem : null);
      if (followed.next.do === 'fetchStatus') await fetch(requestId, signal);
    },

    cancel: async (requestId) => {
      let status;
      try {
        status = await client.generateCancel(requestId, ending);
      } catch (error) {
        ending.throwIfAborted();
        const failure = failureOf(error);
        if (failure.kind === 'refused') {
          return card.end('cancelled', failure.status === 404 ? null : failure.problem);
        }
        misses += 1;
        await card.change({ problem: failure.problem });
        return rest(backoffMs(misses));
      }
      deps.stopJobs(requestId);
      const { kudos, input } = card.stored.creation;
      const { imageIds, missed } = await pictures.save(card.stored.creation, status, ending);
      if (missed) return tryAgainLater(missed, imageIds);
      const state = imageIds.length >= input.count ? 'done' : 'cancelled';
      return card.end(state, null, { imageIds, kudos: { ...kudos, used: status.kudos } });
    },
  };
}
