import { createThrottle } from '#main/studio/events/index.ts';
import {
  type Creation,
  type CreationProblem,
  type CreationState,
  idleProgress,
  isTerminal,
} from '#shared/studio/creations/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { type LiveJobs, withLive } from './live.ts';
import type { CreationsRepository, StoredCreation } from './repository.ts';

/** A creation that is not over: the one place where it changes, is stored and is told to the interface. */
export interface Card {
  readonly stored: StoredCreation;
  /** Whether what must survive a crash is on disk. */
  readonly isSaved: boolean;
  /** As the interface shows it now, with the live picture of the own worker. */
  readonly view: () => Creation;
  /** Changes it; resolves when what must survive a crash is on disk. */
  change(creation: Partial<Creation>, more?: Partial<Omit<StoredCreation, 'creation'>>): Promise<void>;
  end(state: CreationState, problem: CreationProblem | null, more?: Partial<Creation>): Promise<void>;
  /** Tells the interface soon, at most five times a second. */
  readonly announce: () => void;
  /** Tells it nothing more. */
  readonly close: () => void;
}

export interface CardDeps {
  readonly rows: Pick<CreationsRepository, 'update'>;
  readonly live: Pick<LiveJobs, 'of'>;
  readonly publish: (creation: Creation) => void;
}

const announceMs = 200;

export function createCard({ rows, live, publish }: CardDeps, start: StoredCreation): Card {
  let stored = start;
  let isSaved = true;
  const view = (): Creation => {
    const { creation } = stored;
    if (creation.requestId === null || isTerminal(creation)) return creation;
    const previewUrl = appRoutes.creationPreview(creation.id);
    return {
      ...creation,
      progress: withLive(creation.progress, live.of(creation.requestId), previewUrl),
    };
  };
  const announce = createThrottle(announceMs, () => publish(view()));
  const change: Card['change'] = async (creation, more = {}) => {
    const before = stored;
    const changed = { ...before, ...more, creation: { ...before.creation, ...creation } };
    stored = changed;
    isSaved &&= isSameOnDisk(before, changed);
    if (!isSaved) {
      await rows.update(changed);
      isSaved ||= stored === changed;
    }
    if (before.creation.state === changed.creation.state) announce();
    else announce.flush();
  };
  return {
    get stored() {
      return stored;
    },
    get isSaved() {
      return isSaved;
    },
    view,
    change,
    end: (state, problem, more = {}) => {
      const progress = { ...stored.creation.progress, ...idleProgress };
      return change({ ...more, state, problem, progress }, { sending: null });
    },
    announce,
    close: announce.cancel,
  };
}

/** Whether all but the counts is the same: those come anew with the next check. */
function isSameOnDisk(a: StoredCreation, b: StoredCreation): boolean {
  return lasting(a) === lasting(b);
}

function lasting({ creation, sending, wantsCancel }: StoredCreation): string {
  const { state, requestId, imageIds, kudos, warnings, problem } = creation;
  return JSON.stringify([state, requestId, imageIds, kudos, warnings, problem, sending, wantsCancel]);
}
