import type { Kysely, SelectQueryBuilder } from 'kysely';
import { isPostgres } from './dialect.ts';

/** What happens to rows that another unit holds: they are left out, or waited for. */
export type LockedRows = 'skip' | 'wait';

/**
 * Locks the rows that a unit selects in order to change them:
 * `query.selectFrom(…).where(…).$call(lockRows(query, 'skip'))`. On SQLite a unit is alone anyway.
 */
export function lockRows<D>(query: Kysely<D>, locked: LockedRows) {
  return <DB, TB extends keyof DB, O>(
    select: SelectQueryBuilder<DB, TB, O>,
  ): SelectQueryBuilder<DB, TB, O> => {
    if (!isPostgres(query)) return select;
    return locked === 'skip' ? select.forUpdate().skipLocked() : select.forUpdate();
  };
}
