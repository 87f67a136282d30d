import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, row, rows, type Work } from '#main/db/work.ts';
import type { MovementDetail } from '../ledger.ts';
import type { KudosAction, StatisticName } from '../statistics.ts';
import { type Finding, pageSize } from './findings.ts';
import { type AccountRow, type PostingRow, Tally } from './tally.ts';

const counted: readonly KudosAction[] = [
  'accumulated',
  'received',
  'admin',
  'recurring',
  'awarded',
  'styled',
];

/** Reads every posting once, a page at a time, and compares with what is cached: P1 to P5, statistics. */
export async function auditBooks(db: Pick<AppDatabase, 'readUnit' | 'query'>): Promise<Finding[]> {
  const { query } = db;
  const tally = await db.readUnit(() => openTally(query));
  let last = 0;
  for (;;) {
    const end = await db.readUnit(() => addPage(query, tally, last));
    if (end.isDone) return [...tally.findings, ...end.findings];
    last = end.last;
    await nextTurn();
  }
}

function* openTally(query: Query): Work<Tally> {
  const floor = yield* row(query.selectFrom('kudos_account').select('id').where('name', '=', 'floor'));
  const repairs = yield* rows(
    query.selectFrom('kudos_event').select('detail').where('type', '=', 'RECONCILIATION'),
  );
  const accepted = new Map<number, number>();
  for (const { detail } of repairs) {
    // Only `post` writes this column.
    const { content } = JSON.parse(detail) as MovementDetail;
    const account = Number(content?.['account']);
    accepted.set(account, Math.max(accepted.get(account) ?? 0, Number(content?.['upTo'] ?? 0)));
  }
  return new Tally(floor?.id, accepted);
}

type PageEnd =
  | { readonly isDone: false; readonly last: number }
  | { readonly isDone: true; readonly findings: Finding[] };

/** Adds a page; with the last one, what is cached is read at the same moment. */
function* addPage(query: Query, tally: Tally, after: number): Work<PageEnd> {
  const page: readonly PostingRow[] = yield* rows(
    query
      .selectFrom('kudos_posting as p')
      .innerJoin('kudos_event as e', 'e.id', 'p.event_id')
      .select(['p.id', 'p.event_id', 'p.account_id', 'p.amount', 'p.balance_after', 'e.type', 'e.key'])
      .where('p.id', '>', after)
      .orderBy('p.id')
      .limit(pageSize),
  );
  for (const posting of page) tally.add(posting);
  const last = page.at(-1);
  if (last && page.length === pageSize) return { isDone: false, last: last.id };
  const accounts = yield* rows(query.selectFrom('kudos_account').selectAll().orderBy('id'));
  tally.finish(accounts);
  return { isDone: true, findings: yield* checkStatistics(query, tally, accounts) };
}

/** The totals that people see come to what the ledger says; those of wiped accounts are gone. */
function* checkStatistics(query: Query, tally: Tally, accounts: readonly AccountRow[]): Work<Finding[]> {
  const stored = yield* rows(
    query
      .selectFrom('user_statistic as s')
      .select(['s.user_id', 's.name', 's.amount'])
      .where('s.name', 'like', 'kudos:%'),
  );
  const wiped = yield* rows(query.selectFrom('users').select('id').where('wiped_at', 'is not', null));
  const isWiped = new Set(wiped.map((user) => user.id));
  const amounts = new Map(stored.map((total) => [`${total.user_id} ${total.name}`, total.amount]));
  return accounts.flatMap((account) => {
    const { user_id: userId } = account;
    if (account.kind !== 'user' || userId === null || isWiped.has(userId)) return [];
    const sums = tally.actionsOf(account.id);
    const amountOf = (action: KudosAction) => amounts.get(`${userId} kudos:${action}`) ?? 0;
    const found = counted.map((action) => compare(userId, action, amountOf(action), sums.get(action) ?? 0));
    const given = amountOf('gifted') + amountOf('donated');
    const missing = (sums.get('gifted') ?? 0) - given;
    return [...found.flat(), ...compare(userId, 'gifted', amountOf('gifted'), amountOf('gifted') + missing)];
  });
}

function compare(userId: number, action: KudosAction, says: number, sum: number): Finding[] {
  if (says === sum) return [];
  const name: StatisticName = `kudos:${action}`;
  const problem = `the total ${name} of user ${userId} says ${says}, the ledger ${sum}`;
  return [{ problem, fix: { kind: 'statistic', userId, name, amount: sum - says } }];
}
