import { type Query, row, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';

/** Keeps what an audit found; the newest decides whether kudos may be given away. */
export function* storeCheck(
  query: Query,
  check: { readonly ok: boolean; readonly problems: readonly string[]; readonly now: number },
): Work<void> {
  const last = yield* row(
    query.selectFrom('kudos_check').select((eb) => eb.fn.max<number | null>('id').as('id')),
  );
  yield* run(
    query.insertInto('kudos_check').values({
      id: (last?.id ?? 0) + 1,
      created: check.now,
      ok: check.ok ? 1 : 0,
      report: JSON.stringify(check.problems),
    }),
  );
}

/**
 * While the books are known to be wrong, work is done and paid, but nobody gives kudos away (`kudos.md` 4.2).
 * @throws ProblemError 400 `KudosValidationError`
 */
export function* refuseUnsoundBooks(query: Query): Work<void> {
  const last = yield* row(query.selectFrom('kudos_check').select('ok').orderBy('id', 'desc').limit(1));
  if (last?.ok !== 0) return;
  const message = 'The kudos of this horde do not add up. Its host has to repair them before any are given.';
  throw new ProblemError(400, 'KudosValidationError', message);
}
