import type { CompiledQuery } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { performAwaiting, type QueryOutcome, type Work } from '../work.ts';
import { isConflict, isConnectionLoss, Patience, type PatienceOptions } from './faults.ts';
import { createLanes, send, withClient } from './pool.ts';
import type { Receipt, Receipts } from './receipts.ts';

/** The connection broke during a commit, and no server could be asked whether it was applied. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

/** The connection broke while it committed. */
class BrokenCommitError<R> extends Error {
  override readonly name = 'BrokenCommitError';
  readonly receipt: Receipt;
  readonly result: R;

  constructor(receipt: Receipt, result: R, cause: unknown) {
    super('the connection broke during a commit', { cause });
    this.receipt = receipt;
    this.result = result;
  }
}

/** The unit went on after a query of it had failed, which ends a transaction without savepoints. */
class SavepointsNeededError extends Error {
  override readonly name = 'SavepointsNeededError';
}

/** How an attempt at a unit is made. */
interface Way {
  /** While no other unit runs, in any process. */
  readonly isAlone: boolean;
  readonly hasSavepoints: boolean;
}

/** So many conflicts and a unit runs alone: it would lose to luckier ones again and again. */
const conflictsBeforeAlone = 3;
/** Number of the lock that units share, and that one which runs alone has to itself. The same in all processes. */
const unitsLock = 7_001_001;

export interface WriterOptions {
  readonly pool: Pool;
  readonly receipts: Receipts;
  /** Units at a time. */
  readonly lanes: number;
  readonly random: () => number;
  readonly outageMs: number;
}

/**
 * Writes units to PostgreSQL, each in a serializable transaction of its own: as if there were no other at
 * the same time, in this process or another. A unit that met another one is done again, and so is one whose
 * connection broke before it was committed.
 */
export class TransactionWriter {
  readonly #options: WriterOptions;
  readonly #patience: PatienceOptions;
  readonly #inLane: <R>(task: () => Promise<R>) => Promise<R>;
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#inLane = createLanes(options.lanes);
    this.#patience = {
      random: options.random,
      outageMs: options.outageMs,
      isOver: () => this.#isClosed,
    };
  }

  /** Runs a unit; resolves with its result when the server has committed it. @throws OutcomeUnknownError */
  write<R>(work: () => Work<R>): Promise<R> {
    if (this.#isClosed) return Promise.reject(new Error('the database is closed'));
    const written = this.#inLane(() => this.#untilWritten(work));
    const ended = written.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
    return written;
  }

  /** Ends what runs and refuses more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#running);
  }

  async #untilWritten<R>(work: () => Work<R>): Promise<R> {
    const patience = new Patience(this.#patience);
    let hasSavepoints = false;
    for (;;) {
      const way = { isAlone: patience.conflicts >= conflictsBeforeAlone, hasSavepoints };
      try {
        return await withClient(
          this.#options.pool,
          (client) => this.#attempt(client, work, way),
          (error) => !(error instanceof BrokenCommitError || isConnectionLoss(error)),
        );
      } catch (error) {
        if (error instanceof BrokenCommitError) {
          // Made by the attempt above, with the result of this very unit.
          const broken = error as BrokenCommitError<R>;
          if (await this.#wasCommitted(broken)) return broken.result;
        } else if (error instanceof SavepointsNeededError) hasSavepoints = true;
        else await patience.after(error);
      }
    }
  }

  async #wasCommitted(broken: BrokenCommitError<unknown>): Promise<boolean> {
    const patience = new Patience(this.#patience);
    for (;;) {
      try {
        return await this.#options.receipts.holds(this.#options.pool, broken.receipt);
      } catch (error) {
        try {
          await patience.after(error);
        } catch (cause) {
          throw new OutcomeUnknownError('It is not known whether a change was stored.', { cause });
        }
      }
    }
  }

  async #attempt<R>(client: PoolClient, work: () => Work<R>, way: Way): Promise<R> {
    // Before the transaction, which sees what was committed until it begins.
    if (way.isAlone) await client.query(`select pg_advisory_lock(${unitsLock})`);
    try {
      return await this.#transact(client, work, way);
    } catch (error) {
      if (!(error instanceof BrokenCommitError || isConnectionLoss(error))) await client.query('rollback');
      throw error;
    } finally {
      if (way.isAlone) {
        // A connection that broke has given the lock back.
        await client.query(`select pg_advisory_unlock(${unitsLock})`).catch(() => undefined);
      }
    }
  }

  async #transact<R>(client: PoolClient, work: () => Work<R>, way: Way): Promise<R> {
    const { receipt, statement } = this.#options.receipts.next(client);
    const share = way.isAlone ? '' : `select pg_advisory_xact_lock_shared(${unitsLock});`;
    await client.query(`begin isolation level serializable; ${share} ${statement}`);
    const result = await performIn(client, work, way.hasSavepoints);
    try {
      await client.query('commit');
    } catch (error) {
      if (isConnectionLoss(error)) throw new BrokenCommitError(receipt, result, error);
      throw error;
    }
    return result;
  }
}

/** Runs a unit within a transaction. What the server, not the unit, has to answer for is not the unit's to catch. */
async function performIn<R>(client: PoolClient, work: () => Work<R>, hasSavepoints: boolean): Promise<R> {
  let broken: { readonly error: unknown } | undefined;
  const query = async (compiled: CompiledQuery): Promise<QueryOutcome> => {
    if (broken) throw new SavepointsNeededError('a unit went on after an error');
    try {
      return hasSavepoints ? await sendInSavepoint(client, compiled) : await send(client, compiled);
    } catch (error) {
      const isFinal = isConflict(error) || isConnectionLoss(error);
      if (isFinal || !hasSavepoints) broken = { error };
      throw error;
    }
  };
  const outcome = await settle(performAwaiting(work(), query));
  if (broken && (isConflict(broken.error) || isConnectionLoss(broken.error))) throw broken.error;
  if ('error' in outcome) throw outcome.error;
  if (broken) throw new SavepointsNeededError('a unit ended well after an error');
  return outcome.result;
}

async function settle<R>(promise: Promise<R>): Promise<{ result: R } | { error: unknown }> {
  try {
    return { result: await promise };
  } catch (error) {
    return { error };
  }
}

async function sendInSavepoint(client: PoolClient, compiled: CompiledQuery): Promise<QueryOutcome> {
  await client.query('savepoint query');
  try {
    const outcome = await send(client, compiled);
    await client.query('release savepoint query');
    return outcome;
  } catch (error) {
    if (!isConflict(error) && !isConnectionLoss(error)) await client.query('rollback to savepoint query');
    throw error;
  }
}
