import type BetterSqlite3 from 'better-sqlite3';
import type { CompiledQuery } from 'kysely';
import type { QueryOutcome } from './work.ts';

const maxStatements = 500;

/** Statements of a connection by their text: preparing one costs more than most of them take to run. */
export class StatementCache {
  readonly #connection: BetterSqlite3.Database;
  readonly #byText = new Map<string, BetterSqlite3.Statement>();

  constructor(connection: BetterSqlite3.Database) {
    this.#connection = connection;
  }

  /** @throws SqliteError */
  run({ sql, parameters }: CompiledQuery): QueryOutcome {
    const statement = this.#of(sql);
    if (statement.reader) return { rows: statement.all(...parameters), changed: 0 };
    return { rows: [], changed: statement.run(...parameters).changes };
  }

  /** Runs what changes nothing. @throws SqliteError, and an Error for what would change something */
  read({ sql, parameters }: CompiledQuery): QueryOutcome {
    const statement = this.#of(sql);
    if (!statement.readonly) throw new Error(`this only reads: ${sql}`);
    return { rows: statement.all(...parameters), changed: 0 };
  }

  #of(sql: string): BetterSqlite3.Statement {
    const known = this.#byText.get(sql);
    if (known) return known;
    if (this.#byText.size >= maxStatements) this.#byText.clear();
    const statement = this.#connection.prepare(sql);
    this.#byText.set(sql, statement);
    return statement;
  }
}
