import { Kysely, PostgresDialect, type QueryCompiler } from 'kysely';
import type { ClientBase, Pool } from 'pg';
import type { AppDatabase } from '../database.ts';
import { migrateToLatest } from '../migrate.ts';
import { readDialect } from '../read-dialect.ts';
import type { Database } from '../schema.ts';
import {
  parseAddress,
  refuseServer,
  type ServerAddress,
  type ServerFacts,
  serverProblem,
} from './address.ts';
import { PostgresCompiler, postgresBuilder } from './compiler.ts';
import { createPool } from './pool.ts';
import { createReader } from './reader.ts';
import { Receipts } from './receipts.ts';
import { Watch } from './watch.ts';
import { TransactionWriter } from './writer.ts';

const readLanes = 8;
/** Most units change the same few balances, so more of them at a time hold each other up: 2 did the most a second. */
const writeLanes = 2;
/** How long reads and writes wait for a server that is being restarted. */
const outageMs = 30_000;

/**
 * Opens a database on a PostgreSQL server, which several processes may share, and brings it to the newest
 * schema.
 * @throws DatabaseServerError · DatabaseFromFutureError
 */
export async function openPostgres(url: string): Promise<AppDatabase> {
  const address = parseAddress(url);
  await migrate(address);
  const random = Math.random;
  const receipts = new Receipts();
  const reading = createPool({ url, max: readLanes, prepare: prepareReading });
  const writing = createPool({
    url,
    // One more than writes at a time, to ask after a commit whose connection broke.
    max: writeLanes + 1,
    prepare: async (client) => {
      await prepareWriting(client);
      await receipts.open(client, Date.now());
    },
  });
  const writer = new TransactionWriter({ pool: writing, receipts, lanes: writeLanes, random, outageMs });
  let isClosed = false;
  const reader = createReader(reading, readLanes, { random, outageMs, isOver: () => isClosed });
  const own = connectionsOf(writing);
  const watch = new Watch({ url, isOwn: (processId) => own.has(processId), random });
  const read = new Kysely<Database>({ dialect: readDialect(postgresBuilder, reader.query) });
  return {
    read,
    query: new Kysely<Database>({ dialect: postgresBuilder }),
    select: async (query) => {
      const { rows } = await reader.query(query.compile());
      // The builder's type describes these rows; the driver can only hand them over as unknown.
      return rows as never[];
    },
    readUnit: reader.unit,
    write: (work) => writer.write(work),
    watch: (listener) => watch.add(listener),
    close: async () => {
      await writer.close();
      isClosed = true;
      await watch.close();
      await Promise.all([reading.end(), writing.end()]);
    },
  };
}

async function prepareReading(client: ClientBase): Promise<void> {
  await client.query('set default_transaction_read_only = on; set jit = off');
}

async function prepareWriting(client: ClientBase): Promise<void> {
  // A scan of a whole table, which a planner likes for small ones, would conflict with every change of it.
  await client.query(
    "set enable_seqscan = off; set jit = off; set idle_in_transaction_session_timeout = '60s'",
  );
}

/** Compiles like our builder does, with a connection of Kysely's own. */
class MigrationDialect extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new PostgresCompiler();
  }
}

async function migrate(address: ServerAddress): Promise<void> {
  const pool = createPool({ url: address.url, max: 2, prepare: () => Promise.resolve() });
  try {
    const { rows } = await pool.query<ServerFacts>(
      `select current_setting('server_version_num')::int as version,
        current_setting('server_encoding') as encoding`,
    );
    const [facts] = rows;
    if (facts) refuseServer(facts, address);
    await migrateToLatest(new Kysely({ dialect: new MigrationDialect({ pool }) }));
  } catch (error) {
    throw serverProblem(error, address);
  } finally {
    await pool.end();
  }
}

/** The server's numbers of a pool's open connections, kept up to date. */
function connectionsOf(pool: Pool): ReadonlySet<number> {
  const open = new Set<number>();
  pool.on('connect', (client) => open.add(processIdOf(client)));
  pool.on('remove', (client) => open.delete(processIdOf(client)));
  return open;
}

/** The client has it, its declared type lacks it. */
function processIdOf(client: ClientBase): number {
  const id = 'processID' in client ? client.processID : undefined;
  return typeof id === 'number' ? id : -1;
}
