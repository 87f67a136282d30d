import type BetterSqlite3 from 'better-sqlite3';
import type { StatementCache } from './statements.ts';
import { perform, type Work } from './work.ts';

interface Pending {
  /** Runs the unit inside the open transaction; throws what the unit throws. */
  perform(): void;
  /** Called once the group is on disk. */
  succeed(): void;
  fail(error: unknown): void;
}

/** Units that one group has at most: while it is built and committed, nothing else happens. */
const maxGroup = 16;

/**
 * The one writer of an SQLite file. Units wait in a queue; a group of them runs in one transaction
 * without any `await` and is committed durably once, so throughput is not one fsync a request.
 */
export class GroupedWriter {
  readonly #connection: BetterSqlite3.Database;
  readonly #statements: StatementCache;
  readonly #begin: BetterSqlite3.Statement;
  readonly #commit: BetterSqlite3.Statement;
  readonly #beginUnit: BetterSqlite3.Statement;
  readonly #endUnit: BetterSqlite3.Statement;
  readonly #queue: Pending[] = [];
  #isScheduled = false;
  #isClosed = false;

  constructor(connection: BetterSqlite3.Database, statements: StatementCache) {
    this.#connection = connection;
    this.#statements = statements;
    this.#begin = connection.prepare('BEGIN IMMEDIATE');
    this.#commit = connection.prepare('COMMIT');
    this.#beginUnit = connection.prepare('SAVEPOINT unit');
    this.#endUnit = connection.prepare('RELEASE unit');
  }

  /** Queues a unit; resolves with its result when the commit that holds it is on disk. */
  write<R>(work: () => Work<R>): Promise<R> {
    if (this.#isClosed) return Promise.reject(new Error('the database is closed'));
    return new Promise<R>((resolve, reject) => {
      let result: { value: R } | undefined;
      this.#queue.push({
        perform: () => {
          result = { value: perform(work(), (query) => this.#statements.run(query)) };
        },
        succeed: () => {
          if (result) resolve(result.value);
        },
        fail: reject,
      });
      this.#schedule();
    });
  }

  /** Commits what waits and refuses more. */
  close(): void {
    this.#isClosed = true;
    while (this.#queue.length > 0) this.#flush();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const group = this.#queue.splice(0, maxGroup);
    if (group.length === 0) return;
    if (this.#queue.length > 0) this.#schedule();
    const performed: Pending[] = [];
    try {
      this.#begin.run();
      for (const pending of group) this.#performAlone(pending, performed);
      this.#commit.run();
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      for (const pending of group) pending.fail(error);
      return;
    }
    for (const pending of performed) pending.succeed();
  }

  #performAlone(pending: Pending, performed: Pending[]): void {
    this.#beginUnit.run();
    try {
      pending.perform();
      this.#endUnit.run();
      performed.push(pending);
    } catch (error) {
      // A full disk ends the whole transaction by itself: then the group fails, not the unit.
      if (!this.#connection.inTransaction) throw error;
      this.#connection.exec('ROLLBACK TO unit; RELEASE unit');
      pending.fail(error);
    }
  }
}
