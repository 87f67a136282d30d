export { checkLedger, type LedgerReport } from './audit.ts';
export { type Line, type Movement, MovementConflictError, openKudosAccount } from './ledger.ts';
export { chargeActivation, type ImageSettlement, settleImageJob } from './settlements.ts';
