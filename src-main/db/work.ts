import type { CompiledQuery, Compilable, Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** Builds the queries of a unit; runs nothing itself. */
export type Query = Kysely<Database>;

/** What a query gave: its rows and the number of rows it changed. */
export interface QueryOutcome {
  readonly rows: readonly unknown[];
  readonly changed: number;
}

/**
 * A unit of writing: a generator that yields compiled queries and receives their outcomes. SQLite
 * runs it to its end without `await` and commits it in a group with others; a database with a
 * network between can await each query. A unit that throws is rolled back alone.
 */
export type Work<R> = Generator<CompiledQuery, R, QueryOutcome>;

/** All rows of a query inside a unit: `const users = yield* rows(db.query.selectFrom('users')…)`. */
export function* rows<O>(query: Compilable<O>): Work<O[]> {
  const outcome = yield query.compile();
  // The builder's type O describes these rows; the driver can only hand them over as unknown.
  return outcome.rows as O[];
}

/** The first row of a query inside a unit, if there is one. */
export function* row<O>(query: Compilable<O>): Work<O | undefined> {
  return (yield* rows(query))[0];
}

/** Runs an insert, update or delete inside a unit and gives the number of rows changed. */
export function* run(query: Compilable): Work<number> {
  return (yield query.compile()).changed;
}

/** Runs a unit to its end without `await`. An error of a query is the unit's to catch. */
export function perform<R>(work: Work<R>, query: (query: CompiledQuery) => QueryOutcome): R {
  let step = work.next();
  while (!step.done) {
    let outcome: QueryOutcome;
    try {
      outcome = query(step.value);
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(outcome);
  }
  return step.value;
}

/** Runs a unit to its end, waiting for every query. An error of a query is the unit's to catch. */
export async function performAwaiting<R>(
  work: Work<R>,
  query: (query: CompiledQuery) => Promise<QueryOutcome>,
): Promise<R> {
  let step = work.next();
  while (!step.done) {
    let outcome: QueryOutcome;
    try {
      outcome = await query(step.value);
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(outcome);
  }
  return step.value;
}
