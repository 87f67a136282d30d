import type { Selectable } from 'kysely';
import type { HordeFilterTable } from '#main/db/tables/horde-moderation.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { notify } from '#main/horde/suspicion/index.ts';
import { audit } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';

export type FilterRow = Selectable<HordeFilterTable>;

/** What a moderator says of a filter. */
export interface FilterFields {
  readonly regex: string;
  readonly filter_type: number;
  readonly description: string | null;
  readonly replacement: string;
}

interface By {
  readonly actorId: number;
  readonly now: number;
}

/** Makes a filter, or finds the one with the same pattern and type. */
export function* createFilter(query: Query, fields: FilterFields, by: By): Work<FilterRow> {
  const known = yield* sameFilter(query, fields);
  if (known) return known;
  const values = { ...fields, editor_id: by.actorId, is_enabled: 1, changed: by.now };
  const made = yield* row(query.insertInto('horde_filters').values(values).returningAll());
  if (!made) throw new Error('the filter was not stored');
  yield* audit(query, { ...by, action: 'filter.create', detail: { id: made.id, after: fields } });
  return made;
}

/**
 * Changes what was sent; a filter that took too long is tried again from then on.
 * @throws ProblemError 404 `FilterNotFound` · 400 `InvalidFilter` where another has the pattern already
 */
export function* changeFilter(
  query: Query,
  id: number,
  change: Partial<FilterFields>,
  by: By,
): Work<FilterRow> {
  const before = yield* row(query.selectFrom('horde_filters').selectAll().where('id', '=', id));
  if (!before) throw filterNotFound();
  const same = yield* sameFilter(query, { ...before, ...change });
  if (same && same.id !== id) {
    throw new ProblemError(400, 'InvalidFilter', 'Another filter of this type has the same pattern.');
  }
  const set = { ...change, editor_id: by.actorId, is_enabled: 1, changed: by.now };
  yield* run(query.updateTable('horde_filters').set(set).where('id', '=', id));
  const old = Object.keys(change).map((name) => [
    name,
    Object.entries(before).find(([key]) => key === name)?.[1],
  ]);
  const detail = { id, before: Object.fromEntries(old), after: change };
  yield* audit(query, { ...by, action: 'filter.change', detail });
  return { ...before, ...set };
}

/** @throws ProblemError 404 `FilterNotFound` */
export function* removeFilter(query: Query, id: number, by: By): Work<void> {
  const before = yield* row(query.selectFrom('horde_filters').selectAll().where('id', '=', id));
  if (!before) throw filterNotFound();
  yield* run(query.deleteFrom('horde_filters').where('id', '=', id));
  const { regex, filter_type, description, replacement } = before;
  const detail = { id, before: { regex, filter_type, description, replacement } };
  yield* audit(query, { ...by, action: 'filter.remove', detail });
}

/** Takes a filter that ran out of its time out of use and tells the moderators (T-THR-12). */
export function* disableFilter(query: Query, id: number, shownId: number, now: number): Work<void> {
  const changed = yield* run(
    query
      .updateTable('horde_filters')
      .set({ is_enabled: 0 })
      .where('id', '=', id)
      .where('is_enabled', '=', 1),
  );
  if (changed === 0) return;
  const found = yield* row(query.selectFrom('horde_filters').select('regex').where('id', '=', id));
  const detail = { regex: found?.regex ?? '' };
  yield* notify(query, { kind: 'filter-disabled', subject: String(shownId), detail, now });
}

function* sameFilter(
  query: Query,
  { regex, filter_type }: Pick<FilterFields, 'regex' | 'filter_type'>,
): Work<FilterRow | undefined> {
  return yield* row(
    query
      .selectFrom('horde_filters')
      .selectAll()
      .where('filter_type', '=', filter_type)
      .where('regex', '=', regex),
  );
}

export function filterNotFound(): ProblemError {
  return new ProblemError(404, 'FilterNotFound', 'There is no such filter.');
}
