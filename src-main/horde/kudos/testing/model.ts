import {
  floorCents,
  isPromotable,
  jobShares,
  openingCents,
  uptimeShares,
} from '#shared/horde/kudos/accounts.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';

/** One thing that happens to the kudos of a horde. The same `id` and kind again is a repeat. */
export type Happening =
  | { readonly kind: 'activate'; readonly id: string; readonly user: number; readonly cents: number }
  | {
      readonly kind: 'settle';
      readonly id: string;
      readonly request: string;
      readonly work: WorkerKind;
      readonly user: number;
      readonly owner: number;
      readonly cost: number;
      readonly pay: number;
    }
  | {
      readonly kind: 'uptime';
      readonly id: string;
      readonly mark: number;
      readonly work: WorkerKind;
      readonly owner: number;
      readonly cents: number;
    }
  | { readonly kind: 'style'; readonly id: string; readonly user: number; readonly owner: number }
  | { readonly kind: 'rate'; readonly id: string; readonly user: number; readonly cents: number }
  | { readonly kind: 'award'; readonly id: string; readonly user: number; readonly kudos: number }
  | { readonly kind: 'change'; readonly id: string; readonly user: number; readonly cents: number }
  | {
      readonly kind: 'transfer';
      readonly id: string;
      readonly user: number;
      readonly to: number;
      readonly kudos: number;
    }
  | { readonly kind: 'trust'; readonly user: number }
  | { readonly kind: 'hold'; readonly id: string; readonly user: number; readonly cents: number }
  | { readonly kind: 'release'; readonly id: string };

export interface ModelUser {
  readonly id: number;
  readonly oauthId: string;
  readonly ageMs: number;
  readonly isTrusted: boolean;
  readonly points: number;
}

interface ModelHold {
  readonly user: number;
  remaining: number;
  isActive: boolean;
}

/**
 * What `kudos.md` says of the movements, told once more in the plainest way: numbers in maps, one event
 * after the other. The tests hold the ledger to it.
 */
export class KudosModel {
  readonly balances = new Map<number, number>();
  readonly escrows = new Map<number, number>();
  readonly trusted = new Set<number>();
  readonly done = new Set<string>();
  readonly holds = new Map<string, ModelHold>();
  readonly #users: ReadonlyMap<number, ModelUser>;
  readonly #thresholdCents: number | undefined;

  constructor(users: readonly ModelUser[], thresholdCents: number | undefined) {
    this.#users = new Map(users.map((user) => [user.id, user]));
    this.#thresholdCents = thresholdCents;
    for (const user of users) {
      this.balances.set(user.id, openingCents(user.oauthId));
      if (user.isTrusted) this.trusted.add(user.id);
    }
  }

  happen(event: Happening): void {
    switch (event.kind) {
      case 'activate':
        if (this.#isFirst(`activate ${event.id}`)) this.#debit(event.user, event.cents, event.id);
        return;
      case 'settle':
        if (this.#isFirst(`settle ${event.id}`)) this.#settle(event);
        return;
      case 'uptime':
        if (this.#isFirst(`uptime ${event.id} ${event.mark}`)) {
          const isAlchemist = event.work === 'interrogation';
          this.#earn(event.owner, uptimeShares(event.cents, this.#isEvaluated(event.owner), isAlchemist));
        }
        return;
      case 'style':
        if (event.user !== event.owner && this.#isFirst(`style ${event.id}`)) this.#add(event.owner, 200);
        return;
      case 'rate':
      case 'change':
        if (this.#isFirst(`${event.kind} ${event.id}`)) this.#add(event.user, event.cents);
        return;
      case 'award':
        if (this.#isFirst(`award ${event.id}`)) this.#add(event.user, event.kudos * 100);
        return;
      case 'transfer':
        this.#transfer(event);
        return;
      case 'trust':
        this.#trust(event.user);
        return;
      case 'hold':
        this.#hold(event);
        return;
      case 'release': {
        const hold = this.holds.get(event.id);
        if (hold) hold.isActive = false;
      }
    }
  }

  available(user: number): number {
    const active = [...this.holds.values()].filter((hold) => hold.isActive && hold.user === user);
    const held = active.reduce((sum, hold) => sum + hold.remaining, 0);
    return this.#balance(user) - this.#floor(user) - held;
  }

  #isFirst(key: string): boolean {
    const isFirst = !this.done.has(key);
    this.done.add(key);
    return isFirst;
  }

  #balance(user: number): number {
    return this.balances.get(user) ?? 0;
  }

  #floor(user: number): number {
    return floorCents(this.#users.get(user)?.oauthId ?? '');
  }

  #isEvaluated(user: number): boolean {
    return !this.trusted.has(user) && user !== 0;
  }

  #add(user: number, cents: number): void {
    this.balances.set(user, Math.max(this.#floor(user), this.#balance(user) + cents));
  }

  #debit(user: number, cents: number, request: string): void {
    this.#add(user, -cents);
    this.#useHold(request, cents);
  }

  #useHold(request: string, cents: number): void {
    const hold = this.holds.get(request);
    if (hold?.isActive === true) hold.remaining = Math.max(0, hold.remaining - cents);
  }

  #settle(event: Extract<Happening, { kind: 'settle' }>): void {
    const shares = jobShares(event.pay, this.#isEvaluated(event.owner));
    if (event.user === event.owner) {
      this.#add(event.user, shares.balance - event.cost);
      this.#earn(event.owner, { balance: 0, escrow: shares.escrow });
    } else {
      this.#add(event.user, -event.cost);
      this.#earn(event.owner, shares);
    }
    this.#useHold(event.request, event.cost);
  }

  #earn(user: number, shares: { balance: number; escrow: number }): void {
    this.#add(user, shares.balance);
    const escrow = (this.escrows.get(user) ?? 0) + shares.escrow;
    if (shares.escrow === 0) return;
    this.escrows.set(user, escrow);
    const known = this.#users.get(user);
    if (!known) return;
    const standing = {
      ...known,
      isTrusted: this.trusted.has(user),
      isAnonymous: user === 0,
      isFlagged: false,
      isDeleted: false,
    };
    if (isPromotable(standing, escrow, this.#thresholdCents)) this.#trust(user);
  }

  #trust(user: number): void {
    if (user === 0) return;
    this.trusted.add(user);
    this.#add(user, this.escrows.get(user) ?? 0);
    if (this.escrows.has(user)) this.escrows.set(user, 0);
  }

  #transfer(event: Extract<Happening, { kind: 'transfer' }>): void {
    const key = `transfer ${event.user} ${event.id}`;
    const ends = [event.user, event.to];
    if (ends.includes(0) || event.user === event.to || this.done.has(key)) return;
    const isSuspect = (user: number) => !this.trusted.has(user) && (this.#users.get(user)?.points ?? 0) >= 5;
    if (this.done.has(`way ${event.to} ${event.user}`) || ends.some(isSuspect)) return;
    if (this.available(event.user) < event.kudos * 100) return;
    this.done.add(key);
    this.done.add(`way ${event.user} ${event.to}`);
    this.#add(event.user, -event.kudos * 100);
    this.#add(event.to, event.kudos * 100);
  }

  #hold(event: Extract<Happening, { kind: 'hold' }>): void {
    const known = this.holds.get(event.id);
    if (event.cents === 0) return;
    if (known && (known.isActive || known.user !== event.user)) return;
    if (this.available(event.user) < event.cents) return;
    this.holds.set(event.id, { user: event.user, remaining: event.cents, isActive: true });
  }
}
