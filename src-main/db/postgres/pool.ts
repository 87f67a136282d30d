import type { CompiledQuery } from 'kysely';
import { type ClientBase, Pool, type PoolClient } from 'pg';
import type { QueryOutcome } from '../work.ts';
import { toServer, valueTypes } from './values.ts';

export interface PoolOptions {
  readonly url: string;
  readonly max: number;
  /** Prepares a new connection before anything else uses it. */
  readonly prepare: (client: ClientBase) => Promise<void>;
}

const connectTimeoutMs = 10_000;
const maxIdleMs = 60_000;
const maxAgeSeconds = 3600;

/** Connections that outlive the server: one that is lost is replaced by the next that is asked for. */
export function createPool({ url, max, prepare }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'yurt',
    max,
    types: valueTypes,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: maxIdleMs,
    maxLifetimeSeconds: maxAgeSeconds,
    onConnect: (client) => {
      // A connection in use whose server goes away says so twice: by the query that fails, and by this
      // event, which would end the process if nobody listened.
      client.on('error', () => undefined);
      return prepare(client);
    },
  });
  // The same for one that is idle; the pool has dropped it already.
  pool.on('error', () => undefined);
  return pool;
}

const changing = new Set(['INSERT', 'UPDATE', 'DELETE']);

/** Runs a query; the server keeps its plan for the life of the connection. */
export async function send(client: ClientBase, { sql, parameters }: CompiledQuery): Promise<QueryOutcome> {
  const name = nameOf(sql);
  const values = parameters.map((value) => toServer(value));
  const { rows, rowCount, command } = await client.query({ text: sql, values, ...(name ? { name } : {}) });
  return { rows, changed: changing.has(command) ? (rowCount ?? 0) : 0 };
}

const maxNames = 500;
const names = new Map<string, string>();

/** Queries are few and built by code; what comes after the first hundreds has lists of odd lengths. */
function nameOf(sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= maxNames) return known;
  const name = `q${names.size}`;
  names.set(sql, name);
  return name;
}

/** Lends a connection to a task. One that the task could not bring back in order is closed. */
export async function withClient<R>(
  pool: Pool,
  task: (client: PoolClient) => Promise<R>,
  isUsableAfter: (error: unknown) => boolean,
): Promise<R> {
  const client = await pool.connect();
  let isUsable = true;
  try {
    return await task(client);
  } catch (error) {
    isUsable = isUsableAfter(error);
    throw error;
  } finally {
    client.release(!isUsable);
  }
}

/** Lets so many tasks run at a time, the others in the order in which they came. */
export function createLanes(max: number): <R>(task: () => Promise<R>) => Promise<R> {
  const waiting: Array<() => void> = [];
  let free = max;
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
