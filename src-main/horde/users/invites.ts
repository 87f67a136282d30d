import { Value } from 'typebox/value';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { type InviteInput, InvitePreset } from '#shared/horde/users/invites.ts';
import { audit } from './audit.ts';
import type { User } from './user.ts';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Who may make invites, and with what: kudos are for admins to give (`accounts-and-safety.md` 2.3, FLG-07).
 * @throws ProblemError 403 `NotModerator` · `NotAdmin` · `Forbidden`
 */
export function refuseInviter(actor: User, preset: InvitePreset): void {
  if (!actor.isModerator) throw new ProblemError(403, 'NotModerator', 'Only moderators may invite.');
  if (actor.isFlagged) throw new ProblemError(403, 'Forbidden', 'Flagged accounts cannot invite.');
  if (preset.kudos > 0 && !actor.isAdmin) {
    throw new ProblemError(403, 'NotAdmin', 'Only admins may give kudos with an invite.');
  }
}

export function* storeInvite(
  query: Query,
  invite: InviteInput & { readonly digest: string; readonly actorId: number; readonly now: number },
): Work<{ id: number; expiry: number }> {
  const { preset, now, actorId } = invite;
  const expiry = now + (invite.days ?? 7) * dayMs;
  const stored = yield* row(
    query
      .insertInto('horde_invites')
      .values({
        code_digest: invite.digest,
        preset: JSON.stringify(preset),
        uses_left: invite.uses ?? 1,
        created: now,
        created_by: actorId,
        expiry,
      })
      .returning('id'),
  );
  if (!stored) throw new Error('the invite was not stored');
  yield* audit(query, { actorId, action: 'invite.make', detail: { invite: stored.id, preset }, now });
  return { id: stored.id, expiry };
}

export function* revokeInvite(
  query: Query,
  { id, actorId, now }: { readonly id: number; readonly actorId: number; readonly now: number },
): Work<void> {
  const revoked = yield* run(query.deleteFrom('horde_invites').where('id', '=', id));
  if (revoked === 0) throw new ProblemError(404, 'InviteInvalid', 'There is no such invite.');
  yield* audit(query, { actorId, action: 'invite.revoke', detail: { invite: id }, now });
}

/**
 * Uses an invite up by one, in the unit that makes the account.
 * @throws ProblemError 403 `InviteInvalid`
 */
export function* redeemInvite(query: Query, digest: string, now: number): Work<InvitePreset> {
  const invite = yield* row(
    query
      .updateTable('horde_invites')
      .set((e) => ({ uses_left: e('uses_left', '-', 1) }))
      .where('code_digest', '=', digest)
      .where('uses_left', '>', 0)
      .where('expiry', '>', now)
      .returning('preset'),
  );
  if (!invite) throw inviteInvalid();
  return parsePreset(invite.preset);
}

export function inviteInvalid(): ProblemError {
  return new ProblemError(403, 'InviteInvalid', 'This invite is unknown, used up or over.');
}

/** A preset as `storeInvite` stored it. */
export function parsePreset(json: string): InvitePreset {
  return Value.Parse(InvitePreset, JSON.parse(json));
}
