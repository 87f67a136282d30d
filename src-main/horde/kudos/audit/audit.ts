import type { AppDatabase } from '#main/db/database.ts';
import { auditBooks } from './books.ts';
import { auditWork } from './work.ts';
import type { Finding } from './findings.ts';

/** What an audit found; `problems` is empty when the books are right. */
export interface LedgerReport {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/**
 * Audits the books from the postings up: events, balances, chains, floors and escrows, the totals that
 * people see, and what requests, jobs and holds say of themselves (P1 to P7, P15 of `kudos.md` 4.3). Reads
 * only, a page at a time; what happens meanwhile does not disturb it.
 */
export async function findProblems(db: Pick<AppDatabase, 'readUnit' | 'query'>): Promise<Finding[]> {
  return [...(await auditBooks(db)), ...(await auditWork(db))];
}

/** `findProblems` in sentences. */
export async function checkLedger(db: Pick<AppDatabase, 'readUnit' | 'query'>): Promise<LedgerReport> {
  const problems = (await findProblems(db)).map((finding) => finding.problem);
  return { ok: problems.length === 0, problems };
}
