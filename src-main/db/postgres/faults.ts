import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from 'pg';

/** Two transactions stood in each other's way: the same work succeeds when it is done again. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT',
]);
/** What pg says without a code when a connection ends. */
const lostMessage = /^(Connection terminated|timeout expired|Client has encountered a connection error)/;
/** Ends and starts of the server, and more connections than it allows. */
const passingCodes = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '53300']);

/** The connection is gone, or there is none at the moment: another one may do. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every((each) => isConnectionLoss(each));
  if (error instanceof DatabaseError) {
    // After an upgrade of the tables by another process, what this connection prepared no longer fits.
    if (error.routine === 'RevalidateCachedQuery') return true;
    return passingCodes.has(error.code ?? '') || (error.code ?? '').startsWith('08');
  }
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (typeof code === 'string' && networkCodes.has(code)) || lostMessage.test(error.message);
}

export interface PatienceOptions {
  /** From 0 to 1, to keep those apart that stood in each other's way. */
  readonly random: () => number;
  /** How long a server may be away. */
  readonly outageMs: number;
  /** Whether nothing is waited for any more. */
  readonly isOver: () => boolean;
}

/** More than a unit meets that runs alone at last: whatever else works in the database is in its way. */
const maxConflicts = 10;

/** Decides for one piece of work whether what went wrong is worth another try, and waits before it. */
export class Patience {
  readonly #options: PatienceOptions;
  #conflicts = 0;
  #awaySince: number | undefined;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  get conflicts(): number {
    return this.#conflicts;
  }

  /** Resolves when it is time for another try. @throws the error when there is to be none */
  async after(error: unknown): Promise<void> {
    const { random, outageMs, isOver } = this.#options;
    if (isConflict(error)) {
      this.#conflicts += 1;
      if (this.#conflicts > maxConflicts) throw error;
      return delay(random() * Math.min(2 ** this.#conflicts, 50));
    }
    if (!isConnectionLoss(error) || isOver()) throw error;
    const now = performance.now();
    this.#awaySince ??= now;
    if (now - this.#awaySince > outageMs) throw error;
    return delay(20 + random() * 180);
  }
}
