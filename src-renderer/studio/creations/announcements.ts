import type { Creation, CreationState } from '#shared/studio/creations/schema.ts';

/** What is worth saying of a creation: a change of it is read out. */
export interface Spoken {
  readonly state: CreationState;
  readonly finished: number;
}

interface Remembered {
  readonly spoken: Spoken;
  /** When it was last spoken of. */
  readonly at: number;
}

/** What was said of each creation, by its id. */
export type Memory = ReadonlyMap<string, Remembered>;

export interface Announcements {
  readonly memory: Memory;
  /** Creations to speak of now. */
  readonly due: readonly Creation[];
  /** Milliseconds until something that was held back may be said; `undefined` when nothing waits. */
  readonly againInMs: number | undefined;
}

/** At most one message for each request in this time (`ux.md` 4.6). */
const gapMs = 10_000;

const spokenOf = ({ state, progress }: Creation): Spoken => ({ state, finished: progress.finished });

const isSame = (a: Spoken, b: Spoken): boolean => a.state === b.state && a.finished === b.finished;

/** Remembers creations as they are, without a word: for those that were there when the screen opened. */
export function rememberQuietly(creations: readonly Creation[]): Memory {
  return new Map(creations.map((creation) => [creation.id, { spoken: spokenOf(creation), at: -Infinity }]));
}

/** What to read out now that the list is as it is; `now` in milliseconds. */
export function announce(memory: Memory, creations: readonly Creation[], now: number): Announcements {
  const next = new Map<string, Remembered>();
  const due: Creation[] = [];
  let againInMs: number | undefined;
  for (const creation of creations) {
    const before = memory.get(creation.id);
    const spoken = spokenOf(creation);
    if (before !== undefined && isSame(before.spoken, spoken)) {
      next.set(creation.id, before);
      continue;
    }
    const waitMs = before === undefined ? 0 : before.at + gapMs - now;
    if (before !== undefined && waitMs > 0) {
      next.set(creation.id, before);
      againInMs = Math.min(againInMs ?? waitMs, waitMs);
    } else {
      next.set(creation.id, { spoken, at: now });
      due.push(creation);
    }
  }
  return { memory: next, due, againInMs };
}
