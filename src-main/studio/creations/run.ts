import type { Logger } from 'pino';
import type { Clock } from '#shared/common/clock.ts';
import type { Lane } from '#shared/common/lane.ts';
import type { HordeClient } from '#shared/horde/client.ts';
import { type Creation, isTerminal } from '#shared/studio/creations/schema.ts';
import { type CardDeps, createCard } from './card.ts';
import { createFollowSteps } from './follow-step.ts';
import type { LiveJobs } from './live.ts';
import { backoffMs, createPause } from './pause.ts';
import { createPictureSaver, type PictureDeps } from './pictures.ts';
import type { CreationsRepository, StoredCreation } from './repository.ts';
import { createSendStep } from './send-step.ts';
import { problemCodes } from './sending.ts';

export interface RunDeps extends PictureDeps, CardDeps {
  readonly client: Pick<
    HordeClient,
    'findUser' | 'generateAsync' | 'generateCheck' | 'generateStatus' | 'generateCancel'
  >;
  readonly rows: CreationsRepository;
  readonly clock: Clock;
  readonly log: Logger;
  /** Sends of one connection, one at a time (`sending.ts`). */
  readonly lane: Lane;
  readonly live: LiveJobs;
  /** Stops a job of the own worker, if that has it. */
  readonly stopJob: (jobId: string) => void;
}

/** A creation on its way to its end, in this process. */
export interface Run {
  readonly requestId: string | null;
  view(): Creation;
  /** Its request has moved: look soon. */
  readonly nudge: () => void;
  /** Its live picture has moved: tell the interface. */
  readonly announce: () => void;
  /** Resolves when the wish is on disk. */
  cancel(): Promise<void>;
  stop(): void;
  /** Resolves when it is over, or stopped. */
  readonly ended: Promise<void>;
}

/**
 * Sends, follows and saves until the creation is over. What is stored decides what comes next, so
 * that a restart at any point goes on by the same way. What goes wrong is shown and tried again.
 */
export function startRun(deps: RunDeps, start: StoredCreation): Run {
  const { live, log } = deps;
  const card = createCard(deps, start);
  const pause = createPause();
  const ending = new AbortController();
  let interrupt = new AbortController();
  const stepSignal = (): AbortSignal => AbortSignal.any([ending.signal, interrupt.signal]);
  const rest = (ms: number): Promise<void> => pause.wait(ms, stepSignal());
  const shared = { ...deps, rest, ending: ending.signal };
  const send = createSendStep(card, shared);
  const steps = createFollowSteps(card, {
    ...shared,
    pictures: createPictureSaver(deps),
    stopJobs: (requestId) => {
      for (const jobId of live.jobsOf(requestId)) deps.stopJob(jobId);
    },
  });

  const isUnsent = (): boolean =>
    card.stored.creation.requestId === null && !isTerminal(card.stored.creation);
  const step = (): Promise<void> => {
    const { creation, wantsCancel } = card.stored;
    const { requestId } = creation;
    // How it ended could not be written.
    if (isTerminal(creation)) return card.change({});
    if (requestId !== null) {
      return wantsCancel ? steps.cancel(requestId) : steps.follow(requestId, stepSignal());
    }
    return deps.lane(async () => {
      while (isUnsent() && !ending.signal.aborted) await send(stepSignal());
    });
  };
  const isOver = (): boolean => isTerminal(card.stored.creation) && card.isSaved;
  /** Where the disk is the trouble, this cannot be stored either; it is shown all the same. */
  const showTrouble = async (): Promise<void> => {
    if (isTerminal(card.stored.creation)) return card.announce();
    const message = 'Something on this computer went wrong; it is tried again.';
    const problem = { code: problemCodes.internal, message };
    return card.change({ problem }).catch(() => card.announce());
  };
  const run = async (): Promise<void> => {
    for (let faults = 0; !isOver() && !ending.signal.aborted;) {
      try {
        await step();
        faults = 0;
      } catch (error) {
        if (ending.signal.aborted) break;
        log.error({ err: error, creation: start.creation.id }, 'a creation met an unexpected error');
        await showTrouble();
        await rest(backoffMs(faults++));
      }
    }
    card.close();
  };

  return {
    get requestId() {
      return card.stored.creation.requestId;
    },
    view: card.view,
    nudge: pause.nudge,
    announce: card.announce,
    cancel: async () => {
      await card.change({}, { wantsCancel: true });
      interrupt.abort();
      interrupt = new AbortController();
      // It waits for its turn to be sent, or for the horde: nothing has left.
      if (isUnsent() && !card.stored.sending) await card.end('cancelled', null);
    },
    stop: () => ending.abort(),
    ended: run(),
  };
}
