import { type AppDatabase, openDatabase } from '#main/db/database.ts';
import { storeCheck } from '../checks.ts';
import { checkLedger, type LedgerReport } from './audit.ts';
import { repairLedger } from './repair.ts';

export interface LedgerCommand {
  /** The SQLite file of a data folder, or the address of a server. */
  readonly database: string;
  /** Sets right what can be set right. */
  readonly repairs: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Takes the report, a line at a time. */
  readonly print: (line: string) => void;
}

/**
 * Audits the books of a horde from the command line, keeps the result and prints it: the figures of the
 * system's accounts, then every problem, then the verdict.
 * @returns the exit code: 0 when the books are right, 1 when something is wrong
 * @throws what `openDatabase` throws
 */
export async function runLedgerCommand(command: LedgerCommand): Promise<number> {
  const db = await openDatabase(command.database);
  try {
    const before = await checkLedger(db);
    await printFigures(db, command.print);
    for (const problem of before.problems) command.print(`wrong: ${problem}`);
    const report = !before.ok && command.repairs ? await repair(db, command) : before;
    await db.write(() => storeCheck(db.query, { ...report, now: command.now }));
    command.print(report.ok ? 'The books are right.' : `${report.problems.length} problems remain.`);
    return report.ok ? 0 : 1;
  } finally {
    await db.close();
  }
}

async function repair(db: AppDatabase, { now, print }: LedgerCommand): Promise<LedgerReport> {
  print('Repairing.');
  const report = await repairLedger(db, { check: String(now), now });
  for (const problem of report.problems) print(`still wrong: ${problem}`);
  return report;
}

async function printFigures(db: AppDatabase, print: (line: string) => void): Promise<void> {
  const events = await db.read
    .selectFrom('kudos_event')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirst();
  const accounts = await db.read
    .selectFrom('kudos_account')
    .select(['kind', 'name', (eb) => eb.fn.sum<number>('balance').as('cents')])
    .groupBy(['kind', 'name'])
    .orderBy('kind')
    .orderBy('name')
    .execute();
  print(`${events?.n ?? 0} movements`);
  for (const { kind, name, cents } of accounts) {
    const label = name ?? (kind === 'user' ? 'all users' : 'all escrows');
    print(`${label.padEnd(12)} ${(Number(cents) / 100).toFixed(2).padStart(16)}`);
  }
}
