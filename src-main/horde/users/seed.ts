import { type Query, row, run, type Work } from '#main/db/work.ts';
import { openKudosAccount } from '#main/horde/kudos/index.ts';
import { floorCents, openingCents } from '#shared/horde/kudos/accounts.ts';
import { defaultConcurrency } from '#shared/horde/users/rules.ts';

export const anonymousId = 0;
export const ownerId = 1;

const identities = { anonymous: 'anon', owner: 'local:owner' };

/** Makes the accounts that every horde has. @returns whether the accounts were made now */
export function* seedAccounts(query: Query, now: number, ownerDigest: string): Work<boolean> {
  const owner = yield* row(query.selectFrom('users').select('id').where('id', '=', ownerId));
  if (owner) return false;
  const common = {
    created: now,
    last_active: now,
    contact: null,
    admin_comment: null,
    worker_invited: 0,
    is_flagged: 0,
    is_service: 0,
    is_education: 0,
    is_customizer: 0,
    deleted_at: null,
  };
  yield* run(
    query.insertInto('users').values([
      {
        ...common,
        id: anonymousId,
        username: 'Anonymous',
        oauth_id: identities.anonymous,
        key_digest: null,
        key_rotated_at: null,
        concurrency: 500,
        public_workers: 1,
        is_admin: 0,
        is_moderator: 0,
        is_trusted: 0,
        registered_via: 'seed',
      },
      {
        ...common,
        id: ownerId,
        username: 'Owner',
        oauth_id: identities.owner,
        key_digest: ownerDigest,
        key_rotated_at: now,
        concurrency: defaultConcurrency,
        public_workers: 0,
        is_admin: 1,
        is_moderator: 1,
        is_trusted: 1,
        registered_via: 'owner',
      },
    ]),
  );
  for (const [userId, identity] of [
    [anonymousId, identities.anonymous],
    [ownerId, identities.owner],
  ] as const) {
    const [floor, start] = [floorCents(identity), openingCents(identity)];
    yield* openKudosAccount(query, { userId, floorCents: floor, startCents: start, now });
  }
  return true;
}
