/** What somebody owns, in cents. */
interface Account {
  balance: number;
  escrow: number;
  readonly isTrusted: boolean;
  /** What debits never take. */
  readonly floor: number;
}

const usualFloor = 2500;

/**
 * The kudos of a journey as `kudos.md` 1 and 4.2 tell of them, kept beside the horde and knowing nothing of
 * it: each event moves numbers, in the order in which the players learned of it.
 */
export class Books {
  readonly #accounts = new Map<number, Account>();
  /** What the accounts of the horde itself have: burnt, made, paid beyond the price, forgiven at a floor. */
  readonly #system = { tax: 0, mint: 0, subsidy: 0, floor: 0 };

  open(user: number, balance: number, isTrusted: boolean, floor = usualFloor): void {
    this.#accounts.set(user, { balance, escrow: 0, isTrusted, floor });
    this.#system.mint -= balance;
  }

  /** A request entered the queue. */
  activate(payer: number, tax: number): void {
    this.#move(payer, -tax);
    this.#system.tax += tax;
  }

  /** A result was accepted: half of what an untrusted owner earns waits in escrow. */
  settle(payer: number, owner: number, { cost, pay }: { cost: number; pay: number }): void {
    const account = this.#of(owner);
    const escrow = account.isTrusted ? 0 : Math.floor(pay / 2);
    if (payer === owner) this.#move(owner, pay - escrow - cost);
    else {
      this.#move(payer, -cost);
      this.#move(owner, pay - escrow);
    }
    account.escrow += escrow;
    if (cost >= pay) this.#system.tax += cost - pay;
    else this.#system.subsidy += cost - pay;
  }

  /** A worker was there for ten minutes more; only alchemists are paid at once without trust. */
  uptime(owner: number, pay: number, kind: 'image' | 'text' | 'interrogation'): void {
    const account = this.#of(owner);
    if (account.isTrusted || kind === 'interrogation') this.#move(owner, pay);
    else account.escrow += pay;
    this.#system.mint -= pay;
  }

  /** Kudos out of nothing: styles, awards. */
  mint(user: number, amount: number): void {
    this.#move(user, amount);
    this.#system.mint -= amount;
  }

  transfer(from: number, to: number, amount: number): void {
    this.#move(from, -amount);
    this.#move(to, amount);
  }

  /** By the names of the ledger. */
  balances(): Record<string, number> {
    const all: Record<string, number> = {};
    for (const [user, { balance, escrow }] of this.#accounts) {
      all[`user ${user}`] = balance;
      if (escrow > 0) all[`escrow ${user}`] = escrow;
    }
    return { ...all, ...this.#system };
  }

  #of(user: number): Account {
    const found = this.#accounts.get(user);
    if (!found) throw new Error(`the books know no user ${user}`);
    return found;
  }

  #move(user: number, amount: number): void {
    const account = this.#of(user);
    const balance = account.balance + amount;
    account.balance = Math.max(account.floor, balance);
    this.#system.floor -= account.balance - balance;
  }
}
