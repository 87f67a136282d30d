export { checkLedger, type LedgerReport } from './audit.ts';
export { availableCents, placeHold, releaseHold } from './holds.ts';
export { type Line, type Movement, MovementConflictError, openKudosAccount } from './ledger.ts';
export { chargeActivation, type ImageSettlement, rewardUptime, settleImageJob } from './settlements.ts';
