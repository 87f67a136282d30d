import { join } from 'node:path';
import { runLedgerCommand } from '#main/horde/kudos/index.ts';
import { holdDataFolder } from './data-folder.ts';
import type { StartOptions } from './options.ts';

/**
 * Proves that every balance of the private horde is the sum of its postings (`kudos.md` 4.3), and with
 * `--repair-ledger` rebuilds what is not. The folder is held meanwhile, as nothing may move.
 * @returns the exit code: 0 when the books are right, 1 when they are not
 * @throws StartError
 */
export async function examineLedger(options: StartOptions): Promise<number> {
  const folder = holdDataFolder(options.dataDir);
  try {
    return await runLedgerCommand({
      database: options.database ?? join(options.dataDir, 'yurt.db'),
      repairs: options.ledger === 'repair',
      now: Date.now(),
      print: (line) => void process.stdout.write(`${line}\n`),
    });
  } finally {
    folder.release();
  }
}
