import type { AppDatabase } from '#main/db/database.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { between, post, type Side } from '../ledger.ts';
import { addStatistics } from '../statistics.ts';
import { findProblems, type LedgerReport, checkLedger } from './audit.ts';
import type { Fix } from './findings.ts';

/**
 * Repairs what an audit finds (`kudos.md` 4.2): cached balances and totals are rebuilt from the postings,
 * holds set right or released; an account that its postings leave under its floor is lifted by a movement
 * against `repair`, under `repair:<check>:<account>`. History is never edited.
 * @param check names this repair, e.g. its instant: the same one posts once
 * @returns what is still wrong afterwards
 */
export async function repairLedger(
  db: Pick<AppDatabase, 'readUnit' | 'query' | 'write'>,
  input: { readonly check: string; readonly now: number },
): Promise<LedgerReport> {
  const fixes = (await findProblems(db)).flatMap(({ fix }) => fix ?? []);
  await db.write(() => applyAll(db.query, fixes, input));
  return checkLedger(db);
}

function* applyAll(
  query: Query,
  fixes: readonly Fix[],
  input: { readonly check: string; readonly now: number },
): Work<void> {
  for (const fix of fixes) yield* apply(query, fix, input);
}

function* apply(query: Query, fix: Fix, input: { check: string; now: number }): Work<void> {
  switch (fix.kind) {
    case 'balance':
      yield* run(
        query
          .updateTable('kudos_account')
          .set((eb) => ({ balance: eb('balance', '+', fix.cents) }))
          .where('id', '=', fix.accountId),
      );
      return;
    case 'chain':
      yield* post(query, {
        key: `repair:${input.check}:chain:${fix.accountId}:${fix.upTo}`,
        type: 'RECONCILIATION',
        now: input.now,
        lines: [],
        content: { account: fix.accountId, upTo: fix.upTo },
      });
      return;
    case 'shortfall':
      yield* post(query, {
        key: `repair:${input.check}:${fix.accountId}`,
        type: 'RECONCILIATION',
        now: input.now,
        lines: between('repair', yield* sideOf(query, fix.accountId), fix.cents),
      });
      return;
    case 'statistic':
      yield* addStatistics(query, [fix]);
      return;
    case 'hold':
      yield* run(
        query
          .updateTable('kudos_hold')
          .set({ remaining: fix.remaining, released: fix.isOver ? input.now : null })
          .where('key', '=', fix.key),
      );
  }
}

function* sideOf(query: Query, accountId: number): Work<Side> {
  const account = yield* row(
    query.selectFrom('kudos_account').select(['kind', 'user_id']).where('id', '=', accountId),
  );
  if (account?.user_id == null) throw new Error(`account ${accountId} is nobody's`);
  return account.kind === 'escrow' ? { escrowOf: account.user_id } : { userId: account.user_id };
}
