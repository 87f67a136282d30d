export { checkLedger, type LedgerReport } from './audit.ts';
export { type LedgerCommand, runLedgerCommand } from './command.ts';
export { repairLedger } from './repair.ts';
