import type { SharedKeyTable } from '#main/db/tables/horde-access.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { audit, findUser, type User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { plainText } from '#shared/horde/common/text.ts';
import { isWithinAllowance, sharedKeyQuota } from '#shared/horde/sharedkeys/rules.ts';
import type { SharedKeyInput } from '#shared/horde/sharedkeys/schema.ts';
import { keyFromRow, type SharedKey } from './key.ts';

const dayMs = 24 * 60 * 60 * 1000;
const defaultKudos = 5000;
const forbidden = (message: string) => new ProblemError(403, 'Forbidden', message);

export function unknownSharedKey(): ProblemError {
  return new ProblemError(401, 'InvalidAPIKey', 'There is no such shared key.');
}

/** The key and its owner; keys of deleted accounts open nothing (SHK-09). */
export function* findKey(query: Query, id: string): Work<{ key: SharedKey; owner: User } | undefined> {
  const found = yield* row(query.selectFrom('shared_keys').selectAll().where('id', '=', id));
  const owner = found && (yield* findUser(query, found.user_id));
  return owner && !owner.isDeleted ? { key: keyFromRow(found), owner } : undefined;
}

function* mustFind(query: Query, id: string): Work<{ key: SharedKey; owner: User }> {
  const found = yield* findKey(query, id);
  if (!found) throw unknownSharedKey();
  return found;
}

export interface NewSharedKey {
  readonly id: string;
  readonly userId: number;
  readonly input: SharedKeyInput;
  readonly now: number;
}

/**
 * Makes a key, within the number that its owner may have (SHK-01).
 * @throws ProblemError 403 `AnonForbidden` · `Forbidden` · 400 for an expiry of 0
 */
export function* insertKey(query: Query, { id, userId, input, now }: NewSharedKey): Work<SharedKey> {
  const owner = yield* findUser(query, userId);
  if (!owner || owner.isAnonymous) {
    throw new ProblemError(403, 'AnonForbidden', 'The anonymous account has no shared keys.');
  }
  if (owner.isFlagged) throw forbidden('Flagged accounts make no shared keys.');
  const owned = yield* row(
    query
      .selectFrom('shared_keys')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('user_id', '=', userId),
  );
  const quota = sharedKeyQuota(owner);
  if (Number(owned?.n ?? 0) >= quota) throw forbidden(`This account has its ${quota} shared keys already.`);
  const created: SharedKeyTable = {
    id,
    user_id: userId,
    name: null,
    allowance_cents: defaultKudos * 100,
    utilized_cents: 0,
    expiry: null,
    max_image_pixels: -1,
    max_image_steps: -1,
    max_text_tokens: -1,
    created: now,
    ...columnsOf(input, now),
  };
  const stored = yield* row(query.insertInto('shared_keys').values(created).returningAll());
  if (!stored) throw new Error('the shared key was not stored');
  return keyFromRow(stored);
}

type Columns = Partial<Omit<SharedKeyTable, 'id' | 'user_id' | 'created' | 'utilized_cents'>>;

/** The columns that an input sets. @throws ProblemError 400 */
function columnsOf(input: SharedKeyInput, now: number): Columns {
  const columns: Columns = {};
  if (input.kudos !== undefined) columns.allowance_cents = input.kudos === -1 ? null : input.kudos * 100;
  if (input.expiry !== undefined) columns.expiry = expiryOf(input.expiry, now);
  if (input.name !== undefined) columns.name = nameOf(input.name);
  if (input.max_image_pixels !== undefined) columns.max_image_pixels = input.max_image_pixels;
  if (input.max_image_steps !== undefined) columns.max_image_steps = input.max_image_steps;
  if (input.max_text_tokens !== undefined) columns.max_text_tokens = input.max_text_tokens;
  return columns;
}

function expiryOf(days: number, now: number): number | null {
  if (days === 0) throw invalid('expiry', 'is -1 for never, or at least 1 day');
  return days === -1 ? null : now + days * dayMs;
}

function nameOf(typed: string): string {
  const name = plainText(typed).replaceAll('\n', ' ');
  if (name.length < 3) throw invalid('name', 'has fewer than 3 visible characters');
  return name;
}

function invalid(field: string, why: string): ProblemError {
  const errors = { [field]: why };
  return new ProblemError(400, undefined, 'Input payload validation failed', { errors });
}

/**
 * Changes what was sent of a key; `expiry` counts from now.
 * @throws ProblemError 401 `InvalidAPIKey` · 403 `Forbidden` · 400 `NoSharedKeyModSelected`
 */
export function* changeKey(
  query: Query,
  change: {
    readonly id: string;
    readonly callerId: number;
    readonly input: SharedKeyInput;
    readonly now: number;
  },
): Work<{ key: SharedKey; owner: User }> {
  const { key, owner } = yield* mustFind(query, change.id);
  if (key.ownerId !== change.callerId) throw forbidden('Only its owner may change a shared key.');
  const columns = columnsOf(change.input, change.now);
  if (Object.keys(columns).length === 0) {
    throw new ProblemError(400, 'NoSharedKeyModSelected', 'Nothing to change was sent.');
  }
  const stored = yield* row(
    query.updateTable('shared_keys').set(columns).where('id', '=', key.id).returningAll(),
  );
  return { key: stored ? keyFromRow(stored) : key, owner };
}

/**
 * Ends a key. Admins may end anybody's.
 * @throws ProblemError 401 `InvalidAPIKey` · 403 `Forbidden`
 */
export function* deleteKey(
  query: Query,
  removal: { readonly id: string; readonly callerId: number; readonly now: number },
  detachFromStyles: (query: Query, id: string) => Work<void>,
): Work<void> {
  const { id, callerId, now } = removal;
  const { key } = yield* mustFind(query, id);
  const caller = yield* findUser(query, callerId);
  if (key.ownerId !== callerId && caller?.isAdmin !== true) {
    throw forbidden('Only its owner may delete a shared key.');
  }
  yield* detachFromStyles(query, id);
  yield* run(query.deleteFrom('shared_keys').where('id', '=', id));
  if (key.ownerId === callerId) return;
  // The id opens the key, so the log names its owner alone.
  yield* audit(query, { actorId: callerId, action: 'sharedkey.delete', detail: { user: key.ownerId }, now });
}

/** How a request that a key pays for may go on (`queue.md` 1.8). */
export type BudgetVerdict = 'within' | 'downgraded';

/**
 * Whether a request fits into what may still be spent, in the unit that accepts it.
 * @throws ProblemError 403 `SharedKeyInsufficientKudos` · 401 for a key that is gone
 */
export function* checkBudget(
  query: Query,
  request: { readonly id: string; readonly cents: number; readonly mayDowngrade: boolean },
): Work<BudgetVerdict> {
  const { key } = yield* mustFind(query, request.id);
  if (isWithinAllowance(key, request.cents)) return 'within';
  if (request.mayDowngrade) return 'downgraded';
  const left = Math.trunc((key.allowanceCents ?? 0) / 100);
  const text = `This shared key has ${left} kudos left, which is too little for this request.`;
  throw new ProblemError(403, 'SharedKeyInsufficientKudos', text);
}
