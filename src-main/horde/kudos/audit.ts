import { sql } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';

/** What the audit found; `problems` is empty when the books are right. */
export interface LedgerReport {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/** Audits the books from the postings up: P1 to P5 of `kudos.md` 4.3. Reads only. */
export async function checkLedger(db: Pick<AppDatabase, 'read'>): Promise<LedgerReport> {
  const problems = [
    ...(await unbalancedEvents(db)),
    ...(await wrongBalances(db)),
    ...(await brokenChains(db)),
    ...(await balancesUnderFloor(db)),
  ];
  return { ok: problems.length === 0, problems };
}

async function unbalancedEvents({ read }: Pick<AppDatabase, 'read'>): Promise<string[]> {
  const found = await read
    .selectFrom('kudos_posting')
    .innerJoin('kudos_event', 'kudos_event.id', 'kudos_posting.event_id')
    .select(['kudos_event.key', (eb) => eb.fn.sum('amount').as('total')])
    .groupBy('kudos_event.id')
    .having((eb) => eb.fn.sum('amount'), '<>', 0)
    .execute();
  return found.map((event) => `${event.key} sums to ${event.total}`);
}

async function wrongBalances({ read }: Pick<AppDatabase, 'read'>): Promise<string[]> {
  const found = await read
    .selectFrom('kudos_account')
    .leftJoin('kudos_posting', 'kudos_posting.account_id', 'kudos_account.id')
    .select([
      'kudos_account.id',
      'balance',
      (eb) => eb.fn.coalesce(eb.fn.sum<number>('amount'), eb.lit(0)).as('total'),
    ])
    .groupBy(['kudos_account.id', 'balance'])
    .execute();
  return found
    .filter((account) => account.balance !== Number(account.total))
    .map((account) => `account ${account.id} says ${account.balance}, its postings ${account.total}`);
}

async function brokenChains({ read }: Pick<AppDatabase, 'read'>): Promise<string[]> {
  const found = await read
    .selectFrom((eb) =>
      eb
        .selectFrom('kudos_posting')
        .select([
          'id',
          'balance_after',
          sql<number>`sum(amount) over (partition by account_id order by id)`.as('running'),
        ])
        .as('chain'),
    )
    .select('chain.id')
    .whereRef('chain.balance_after', '<>', 'chain.running')
    .execute();
  return found.map((posting) => `posting ${posting.id} breaks the chain of its account`);
}

async function balancesUnderFloor({ read }: Pick<AppDatabase, 'read'>): Promise<string[]> {
  const found = await read
    .selectFrom('kudos_account')
    .select('id')
    .whereRef('balance', '<', 'floor')
    .execute();
  return found.map((account) => `account ${account.id} is under its floor`);
}
