import type BetterSqlite3 from 'better-sqlite3';

const maxStatements = 500;

/** Statements of a connection by their text: preparing one costs more than most of them take to run. */
export class StatementCache {
  readonly #connection: BetterSqlite3.Database;
  readonly #byText = new Map<string, BetterSqlite3.Statement>();

  constructor(connection: BetterSqlite3.Database) {
    this.#connection = connection;
  }

  /** The prepared statement of this text. @throws SqliteError for text that is no statement */
  of(sql: string): BetterSqlite3.Statement {
    const known = this.#byText.get(sql);
    if (known) return known;
    if (this.#byText.size >= maxStatements) this.#byText.clear();
    const statement = this.#connection.prepare(sql);
    this.#byText.set(sql, statement);
    return statement;
  }
}
