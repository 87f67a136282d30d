/**
 * Kudos of the private horde (`kudos.md`). Movements are units for others to run inside their own: each
 * takes the query builder first, has a key of its own and moves kudos once, however often it is repeated.
 *
 * - work: `chargeActivation`, `settleJob`, `rewardUptime`, `rewardStyle`, `chargeSharedKey`
 * - reserving: `availableCents`, `placeHold`, `releaseHold` (debits use a request's hold up by themselves)
 * - people: `openKudosAccount`, `changeKudos`, `changeMonthlyKudos`, `grantTrust`
 * - the service: transfers, awards, the audit and its repair, and what is due every hour
 * - books: `checkLedger`, and `runLedgerCommand` for the command line
 *
 * Where a movement makes somebody trusted it says so (`isPromoted`): all workers of that owner were un-paused.
 * The reward for ratings (`rewardRating`) has no caller yet, since no request is shared (`api.md` 5.1).
 */
export { openKudosAccount } from './accounts.ts';
export { checkLedger, type LedgerCommand, type LedgerReport, runLedgerCommand } from './audit/index.ts';
export { changeKudos, changeMonthlyKudos, type GrantInput } from './grants.ts';
export { availableCents, placeHold, releaseHold } from './holds.ts';
export { rewardStyle, rewardUptime, type UptimeReward } from './rewards.ts';
export { kudosRoutes, type KudosRoutesServices } from './routes.ts';
export { createKudosService, type KudosService, type KudosSweep } from './service.ts';
export { chargeActivation, type JobSettlement, settleJob, type Settled } from './settlements.ts';
export { chargeSharedKey } from './targets.ts';
export { grantTrust } from './trust.ts';
