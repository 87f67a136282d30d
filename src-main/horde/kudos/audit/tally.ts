import type { KudosAction } from '../statistics.ts';
import type { Finding } from './findings.ts';

/** A posting with what its event says of it. */
export interface PostingRow {
  readonly id: number;
  readonly event_id: number;
  readonly account_id: number;
  readonly amount: number;
  readonly balance_after: number;
  readonly type: string;
  readonly key: string;
}

export interface AccountRow {
  readonly id: number;
  readonly kind: 'user' | 'escrow' | 'system';
  readonly user_id: number | null;
  readonly name: string | null;
  readonly balance: number;
  readonly floor: number | null;
}

interface OpenEvent {
  readonly key: string;
  readonly sum: number;
  /** The last posting of it was the floor's: the next one lifts a user. */
  readonly isLifting: boolean;
}

/** What a posting adds to the totals of its user; those of the floor are nobody's doing (`kudos.md` 1.19). */
const actions: Readonly<Record<string, KudosAction>> = {
  ACTIVATION: 'accumulated',
  GENERATION: 'accumulated',
  UPTIME_REWARD: 'accumulated',
  EVALUATION_PROMOTION: 'accumulated',
  STYLE_REWARD: 'styled',
  RATING_REWARD: 'awarded',
  AWARD: 'awarded',
  STIPEND: 'recurring',
  ADMIN_ADJUSTMENT: 'admin',
  // The ledger is append-only: names that the first version wrote stay in it.
  SETTLEMENT: 'accumulated',
  ADMIN: 'admin',
};

/**
 * Adds the postings up, in the order of their ids, and notes what contradicts the rules of P1 to P5
 * (`kudos.md` 4.3). Knows one number an account, and the events that are not yet balanced.
 */
export class Tally {
  readonly findings: Finding[] = [];
  readonly #floorId: number | undefined;
  /** Last postings whose chain a repair has accepted, by account. */
  readonly #accepted: ReadonlyMap<number, number>;
  readonly #sums = new Map<number, number>();
  readonly #drifts = new Map<number, number>();
  readonly #events = new Map<number, OpenEvent>();
  readonly #actions = new Map<number, Map<KudosAction, number>>();

  constructor(floorId: number | undefined, accepted: ReadonlyMap<number, number>) {
    this.#floorId = floorId;
    this.#accepted = accepted;
  }

  add(posting: PostingRow): void {
    const sum = (this.#sums.get(posting.account_id) ?? 0) + posting.amount;
    this.#sums.set(posting.account_id, sum);
    this.#followChain(posting, posting.balance_after - sum);
    const event = this.#events.get(posting.event_id);
    const isLift = event?.isLifting === true;
    const rest = (event?.sum ?? 0) + posting.amount;
    if (rest === 0) this.#events.delete(posting.event_id);
    else {
      const isLifting = posting.account_id === this.#floorId;
      this.#events.set(posting.event_id, { key: posting.key, sum: rest, isLifting });
    }
    if (!isLift) this.#count(posting);
  }

  /** One wrong balance makes every later one wrong by as much: only the first is told. */
  #followChain({ id, account_id: accountId }: PostingRow, drift: number): void {
    if (drift === (this.#drifts.get(accountId) ?? 0)) return;
    this.#drifts.set(accountId, drift);
    if (drift === 0 || id <= (this.#accepted.get(accountId) ?? 0)) return;
    const problem = `posting ${id} breaks the chain of its account`;
    this.findings.push({ problem, fix: { kind: 'chain', accountId, upTo: id } });
  }

  #count({ account_id: accountId, type, amount }: PostingRow): void {
    const action = type === 'TRANSFER' ? (amount < 0 ? 'gifted' : 'received') : actions[type];
    if (!action) return;
    const sums = this.#actions.get(accountId) ?? new Map<KudosAction, number>();
    this.#actions.set(accountId, sums);
    sums.set(action, (sums.get(action) ?? 0) + (action === 'gifted' ? -amount : amount));
  }

  /** What the postings of an account come to, by why they were made; donations count as gifts. */
  actionsOf(accountId: number): ReadonlyMap<KudosAction, number> {
    return this.#actions.get(accountId) ?? new Map();
  }

  /** Compares with the cached balances, read at the same moment as the last posting. */
  finish(accounts: readonly AccountRow[]): void {
    for (const { key, sum } of this.#events.values())
      this.findings.push({ problem: `${key} sums to ${sum}` });
    let total = 0;
    for (const account of accounts) {
      total += account.balance;
      this.#checkAccount(account, this.#sums.get(account.id) ?? 0);
    }
    if (total !== 0) this.findings.push({ problem: `all accounts together have ${total}` });
  }

  #checkAccount({ id, balance, floor }: AccountRow, sum: number): void {
    if (balance !== sum) {
      const problem = `account ${id} says ${balance}, its postings ${sum}`;
      this.findings.push({ problem, fix: { kind: 'balance', accountId: id, cents: sum - balance } });
    }
    if (floor !== null && sum < floor) {
      const problem = `account ${id} is under its floor`;
      this.findings.push({ problem, fix: { kind: 'shortfall', accountId: id, cents: floor - sum } });
    }
  }
}
