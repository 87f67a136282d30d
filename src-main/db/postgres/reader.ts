import type { CompiledQuery } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { performAwaiting, type QueryOutcome, type Work } from '../work.ts';
import { isConnectionLoss, Patience, type PatienceOptions } from './faults.ts';
import { createLanes, send, withClient } from './pool.ts';

/** Reads what is committed. A read whose connection broke is made again: it changes nothing. */
export interface Reader {
  readonly query: (query: CompiledQuery) => Promise<QueryOutcome>;
  /** Runs a unit on one snapshot. */
  readonly unit: <R>(work: () => Work<R>) => Promise<R>;
}

export function createReader(pool: Pool, lanes: number, patienceOptions: PatienceOptions): Reader {
  const inLane = createLanes(lanes);
  const untilRead = async <R>(task: (client: PoolClient) => Promise<R>): Promise<R> => {
    const patience = new Patience(patienceOptions);
    for (;;) {
      try {
        return await withClient(pool, task, (error) => !isConnectionLoss(error));
      } catch (error) {
        await patience.after(error);
      }
    }
  };
  return {
    query: (query) => inLane(() => untilRead((client) => send(client, query))),
    unit: (work) => inLane(() => untilRead((client) => readAtOnce(client, work))),
  };
}

async function readAtOnce<R>(client: PoolClient, work: () => Work<R>): Promise<R> {
  await client.query('begin isolation level repeatable read read only');
  try {
    return await performAwaiting(work(), (query) => send(client, query));
  } finally {
    // What was read is read; a connection that broke has ended the transaction by itself.
    await client.query('rollback').catch(() => undefined);
  }
}
