import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { type AppDatabase } from '#main/db/database.ts';
import { row, run, type Work } from '#main/db/work.ts';
import type { Clock } from '#shared/common/clock.ts';

/** One value of the studio that is read and written whole. */
export interface StudioDocument<T> {
  /** What is stored; undefined before the first change and when it no longer fits its schema. */
  read(): Promise<T | undefined>;
  /** Replaces the value by what `next` makes of it; changes at the same time happen in turn. */
  change(next: (stored: T | undefined) => T): Promise<T>;
}

export function createDocument<S extends TSchema>(
  deps: { db: AppDatabase; clock: Clock },
  name: string,
  schema: S,
): StudioDocument<Static<S>> {
  const { db, clock } = deps;
  const parse = (text: string | undefined): Static<S> | undefined => {
    if (text === undefined) return undefined;
    const value: unknown = JSON.parse(text);
    return Value.Check(schema, value) ? value : undefined;
  };
  const select = db.query.selectFrom('studio_document').select('value').where('name', '=', name);

  function* replace(next: (stored: Static<S> | undefined) => Static<S>): Work<Static<S>> {
    const value = next(parse((yield* row(select))?.value));
    const stored = { value: JSON.stringify(value), updated_at: clock() };
    yield* run(
      db.query
        .insertInto('studio_document')
        .values({ name, ...stored })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(stored)),
    );
    return value;
  }

  return {
    read: async () => {
      const stored = await db.read
        .selectFrom('studio_document')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst();
      return parse(stored?.value);
    },
    change: (next) => db.write(() => replace(next)),
  };
}
