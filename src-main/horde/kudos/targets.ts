import { type Query, row, run, type Work } from '#main/db/work.ts';
import { userIdOfAlias } from '#shared/horde/users/alias.ts';
import { partyOf, type Party } from './standing.ts';

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whom kudos are addressed to. */
export interface Target {
  readonly party: Party;
  readonly sharedKey: { readonly id: string; readonly expiry: number | null } | undefined;
}

/** The account of an alias or bare id; wiped ones are not found. */
export function* findParty(query: Query, name: string): Work<Party | undefined> {
  const id = userIdOfAlias(name);
  return id === undefined ? undefined : yield* partyOf(query, id);
}

/** The account of an alias, of a bare id, or behind the id of a shared key. */
export function* findTarget(query: Query, name: string): Work<Target | undefined> {
  if (uuid.test(name)) {
    const key = yield* row(
      query
        .selectFrom('shared_keys')
        .select(['id', 'user_id', 'expiry'])
        .where('id', '=', name.toLowerCase()),
    );
    const party = key && (yield* partyOf(query, key.user_id));
    return party && { party, sharedKey: { id: key.id, expiry: key.expiry } };
  }
  const party = yield* findParty(query, name);
  return party && { party, sharedKey: undefined };
}

/** A gift to a shared key raises what may be spent with it, unless that has no limit (`kudos.md` 1.11). */
export function* raiseAllowance(query: Query, sharedKeyId: string, cents: number): Work<void> {
  yield* run(
    query
      .updateTable('shared_keys')
      .set((eb) => ({ allowance_cents: eb('allowance_cents', '+', cents) }))
      .where('id', '=', sharedKeyId)
      .where('allowance_cents', 'is not', null),
  );
}

/**
 * Charges a shared key with what its owner was charged, in the same unit: its allowance falls as far as it
 * reaches and what it was used for grows by as much; one at nothing records nothing (`kudos.md` 1.15, P22).
 */
export function* chargeSharedKey(query: Query, sharedKeyId: string, cents: number): Work<void> {
  const key = yield* row(
    query
      .selectFrom('shared_keys')
      .select(['allowance_cents', 'utilized_cents'])
      .where('id', '=', sharedKeyId),
  );
  if (!key || key.allowance_cents === 0 || cents <= 0) return;
  const allowance = key.allowance_cents === null ? null : Math.max(0, key.allowance_cents - cents);
  yield* run(
    query
      .updateTable('shared_keys')
      .set({ allowance_cents: allowance, utilized_cents: key.utilized_cents + cents })
      .where('id', '=', sharedKeyId),
  );
}
