/** How a worker's program stands in the public horde's table of agents (`queue.md` 3.9). */
export type BridgeStanding = 'newest' | 'older' | 'other';

const shares: Readonly<Record<BridgeStanding, number>> = { newest: 100, older: 90, other: 75 };

/**
 * What a worker's owner gains of a job's reward, in cents (`kudos.md` 1.5). Everything, unless the host
 * switched to the public horde's table, which cuts the pay of pictures alone (`decisions.md` 7).
 */
export function bridgePayCents(
  rewardCents: number,
  worker: { readonly kind: 'image' | 'text' | 'interrogation'; readonly standing: BridgeStanding },
  usesPublicTable: boolean,
): number {
  if (!usesPublicTable || worker.kind !== 'image') return rewardCents;
  return Math.floor((rewardCents * shares[worker.standing] + 50) / 100);
}
