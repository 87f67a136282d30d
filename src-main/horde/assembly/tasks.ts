import type { AppDatabase } from '#main/db/database.ts';
import type { Task, TaskEffect } from '#main/horde/tasks/index.ts';

/** A feature with work for the background. It may say, in numbers, what a run did. */
interface Swept {
  sweep(now: number): Promise<object | void>;
}

type Feature =
  | 'jobs'
  | 'requests'
  | 'alchemy'
  | 'stats'
  | 'kudos'
  | 'moderation'
  | 'accounts'
  | 'signIn'
  | 'objects';

const seconds = 1_000;
const minutes = 60 * seconds;

/** How often each feature is swept (`queue.md` 7), in the order in which one builds on another. */
const periods: ReadonlyArray<readonly [Feature, number]> = [
  ['jobs', 5 * seconds],
  ['requests', 5 * seconds],
  ['alchemy', 5 * seconds],
  ['stats', minutes],
  ['moderation', minutes],
  ['accounts', minutes],
  ['signIn', 10 * minutes],
  ['kudos', 60 * minutes],
  ['objects', 60 * minutes],
];

/** The background work of a horde; a feature that it does without has none. */
export function hordeTasks(features: Readonly<Record<Feature, Swept | undefined>>): readonly Task[] {
  return periods.flatMap(([name, everyMs]) => {
    const feature = features[name];
    if (!feature) return [];
    return [{ name, everyMs, run: async (now) => numbersOf((await feature.sweep(now)) ?? {}) }];
  });
}

function numbersOf(effect: object): TaskEffect {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(effect)) {
    if (typeof value === 'number') numbers[name] = value;
  }
  return numbers;
}

/** Which of these ids a request, job, alchemy request or form has. */
export async function idsInUse(db: AppDatabase, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const tables = ['horde_requests', 'horde_jobs', 'horde_alchemy_requests', 'horde_alchemy_forms'] as const;
  const found = await Promise.all(
    tables.map((table) => db.read.selectFrom(table).select('id').where('id', 'in', ids).execute()),
  );
  return new Set(found.flat().map((row) => row.id));
}
