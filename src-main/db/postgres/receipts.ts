import { randomUUID } from 'node:crypto';
import { type ClientBase, escapeLiteral, type Pool } from 'pg';

/** Receipts of connections that ended long ago, in milliseconds: nobody asks for them any more. */
const keptMs = 24 * 3_600_000;

/** A unit on its way, by the connection that wrote its receipt. */
export interface Receipt {
  readonly connection: string;
  readonly unit: number;
}

/**
 * One row for each writing connection, with the number of the unit that it committed last. When a
 * connection breaks in the middle of a commit, only this tells whether the unit was applied: without it
 * a repeat might apply it twice, and giving up might lose what was applied.
 */
export class Receipts {
  readonly #connections = new WeakMap<ClientBase, string>();
  #units = 0;

  /** Opens the row of a new connection. */
  async open(client: ClientBase, now: number): Promise<void> {
    const connection = randomUUID();
    await client.query('delete from db_receipts where opened < $1', [now - keptMs]);
    await client.query('insert into db_receipts (connection, unit, opened) values ($1, 0, $2)', [
      connection,
      now,
    ]);
    this.#connections.set(client, connection);
  }

  /** The next unit of a connection, and the statement that writes its receipt within its transaction. */
  next(client: ClientBase): { receipt: Receipt; statement: string } {
    const connection = this.#connections.get(client);
    if (connection === undefined) throw new Error('the connection has no receipts');
    this.#units += 1;
    const receipt = { connection, unit: this.#units };
    const where = `connection = ${escapeLiteral(connection)}`;
    return { receipt, statement: `update db_receipts set unit = ${receipt.unit} where ${where}` };
  }

  /**
   * Whether a unit whose connection broke was committed. The lock on the row waits for a commit that is
   * still going on behind the broken connection.
   */
  async holds(pool: Pool, { connection, unit }: Receipt): Promise<boolean> {
    const { rows } = await pool.query<{ unit: number }>(
      'select unit from db_receipts where connection = $1 for update',
      [connection],
    );
    return rows[0]?.unit === unit;
  }
}
