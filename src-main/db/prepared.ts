import type { Compilable, CompiledQuery } from 'kysely';
import type { Query } from './work.ts';

/**
 * A query that is built once and run with other values each time: building and compiling one takes several
 * times as long as SQLite needs to run it. For what every request of a client or worker does.
 *
 * `const nameOf = prepared((query, { id }: { id: number }) => query.selectFrom('users').select('username').where('id', '=', id))`,
 * then `yield* row(nameOf(query, { id: 7 }))`.
 *
 * While it is built, stand-ins take the place of the values. They are put into the query, each as often as needed,
 * and nothing else is done with them: what decides how the query looks is no value of it. Every use has the same
 * keys.
 */
export function prepared<V extends object, O>(
  build: (query: Query, values: V) => Compilable<O>,
): (query: Query, values: V) => Compilable<O> {
  const ofRows = preparedRows((query: Query, [only]: readonly V[]) => {
    if (!only) throw new RangeError('a prepared query has one set of values');
    return build(query, only);
  });
  return (query, values) => ofRows(query, [values]);
}

/** The same for a list of rows or ids: the query is built once for each length, so these are few and short. */
export function preparedRows<V extends object, O>(
  build: (query: Query, rows: readonly V[]) => Compilable<O>,
): (query: Query, rows: readonly V[]) => Compilable<O> {
  const compiled = new WeakMap<Query, Map<number, CompiledQuery<O>>>();
  const templateFor = (query: Query, rows: readonly V[]): CompiledQuery<O> => {
    const byCount = compiled.get(query) ?? new Map<number, CompiledQuery<O>>();
    compiled.set(query, byCount);
    const template = byCount.get(rows.length) ?? build(query, rows.map(standInsOf)).compile();
    byCount.set(rows.length, template);
    return template;
  };
  return (query, rows) => ({
    compile: () => {
      const template = templateFor(query, rows);
      const parameters = template.parameters.map((it) => (it instanceof StandIn ? it.valueIn(rows) : it));
      return { ...template, parameters };
    },
  });
}

/** The place of a value. */
class StandIn {
  readonly #row: number;
  readonly #name: string;

  constructor(row: number, name: string) {
    this.#row = row;
    this.#name = name;
  }

  valueIn(rows: readonly object[]): unknown {
    const value: unknown = Reflect.get(rows[this.#row] ?? {}, this.#name);
    if (value === undefined) throw new TypeError(`'${this.#name}' of a prepared query has no value`);
    return value;
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError(`'${this.#name}' of a prepared query can only be put into the query`);
  }

  toJSON(): never {
    return this[Symbol.toPrimitive]();
  }
}

function standInsOf<V extends object>(values: V, row: number): V {
  const standIns = Object.keys(values).map((name) => [name, new StandIn(row, name)]);
  // A builder of queries takes anything for a value, and `build` does nothing else with it.
  return Object.fromEntries(standIns) as V;
}
