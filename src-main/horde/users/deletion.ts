import { type Query, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { refuseDeletion } from '#shared/horde/users/rights.ts';
import { wipeGraceMs } from '#shared/horde/users/rules.ts';
import { audit } from './audit.ts';
import { userNotFound } from './changes.ts';
import type { AccountPorts } from './ports.ts';
import { findUser } from './user.ts';

export interface Deletion {
  readonly actorId: number;
  /** Undefined for an id that is none. */
  readonly targetId: number | undefined;
  readonly now: number;
}

export interface Deleted {
  readonly userId: number;
  /** Nothing is left of it; else it can be restored. */
  readonly isWiped: boolean;
}

/**
 * Marks an account as deleted; 30 days later a second call wipes it (ACC-50 to ACC-54).
 * @throws ProblemError 401 `InvalidAPIKey` · 404 `UserNotFound` · 403 `AnonForbiddenUser` · `CannotDeleteMod` ·
 *   `NotUserOrMod` · `CannotWipeActiveUser`
 */
export function* deleteUser(
  query: Query,
  { actorId, targetId, now }: Deletion,
  wipes: AccountPorts['wipes'],
): Work<Deleted> {
  const actor = yield* findUser(query, actorId);
  if (!actor) throw new ProblemError(401, 'InvalidAPIKey', 'The account is gone.');
  const target = targetId === undefined ? undefined : yield* findUser(query, targetId);
  if (!target) throw userNotFound();
  refuseDeletion(actor, target);
  const isWiped = target.deletedAt !== undefined;
  if (target.deletedAt === undefined) {
    yield* run(query.updateTable('users').set({ deleted_at: now }).where('id', '=', target.id));
  } else {
    refuseEarlyWipe(target.deletedAt, now);
    yield* wipeUser(query, target.id, now, wipes);
  }
  if (actor.id !== target.id) {
    const action = isWiped ? 'user.wipe' : 'user.delete';
    yield* audit(query, { actorId, action, detail: { user: target.id }, now });
  }
  return { userId: target.id, isWiped };
}

function refuseEarlyWipe(deletedAt: number, now: number): void {
  const from = deletedAt + wipeGraceMs;
  if (now >= from) return;
  const text = `This account can be restored until ${new Date(from).toISOString()}, and wiped after that.`;
  throw new ProblemError(403, 'CannotWipeActiveUser', text);
}

/** Leaves a tombstone that the ledger can name and nothing else finds (ACC-54). */
function* wipeUser(query: Query, userId: number, now: number, wipes: AccountPorts['wipes']): Work<void> {
  for (const wipe of wipes) yield* wipe(query, userId);
  yield* run(query.deleteFrom('horde_registrations').where('user_id', '=', userId));
  yield* run(
    query
      .updateTable('users')
      .set({
        username: 'wiped',
        oauth_id: `wiped:${userId}`,
        key_digest: null,
        passkey_digest: null,
        contact: null,
        admin_comment: null,
        terms_version: null,
        terms_accepted_at: null,
        public_workers: 0,
        worker_invited: 0,
        is_trusted: 0,
        is_flagged: 0,
        is_service: 0,
        is_education: 0,
        is_customizer: 0,
        is_vpn: 0,
        is_special: 0,
        monthly_cents: 0,
        wiped_at: now,
      })
      .where('id', '=', userId),
  );
}
