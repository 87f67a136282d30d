import type { UserDetails } from '#shared/horde/users/schema.ts';
import type { User } from './user.ts';

/** Who looks: 0 the public, 1 the account itself, 2 a moderator (`api.md` 1.4). */
export type Privilege = 0 | 1 | 2;

/** What other features know of an account. */
export interface UserWork {
  readonly workerIds: readonly string[];
  /** Unfinished image requests. Their ids open them, so the account alone sees these. */
  readonly activeImageRequests: readonly string[];
}

export interface DetailsInput {
  readonly user: User;
  readonly statistics: ReadonlyMap<string, number>;
  readonly work: UserWork;
  readonly privilege: Privilege;
  /** A moderator who looks at their own account sees what only the account sees, too. */
  readonly isSelf: boolean;
  /** What it earned while not trusted; only moderators see it. */
  readonly escrowCents: number;
  readonly now: number;
}

/** An account as the API shows it to a caller (`api.md` 3.5, `accounts-and-safety.md` 1.9). */
export function userDetails(input: DetailsInput): UserDetails {
  const { user, statistics, work, privilege } = input;
  const count = (name: string) => statistics.get(name) ?? 0;
  return {
    username: user.alias,
    id: user.id,
    kudos: user.kudosCents / 100,
    kudos_details: kudosDetails(count),
    concurrency: user.concurrency,
    worker_invited: user.workerInvited,
    worker_count: work.workerIds.length,
    moderator: user.isModerator,
    trusted: user.isTrusted,
    flagged: user.isFlagged,
    service: user.isService,
    education: user.isEducation,
    customizer: user.isCustomizer,
    deleted: user.isDeleted,
    pseudonymous: user.isPseudonymous,
    account_age: Math.max(0, Math.floor((input.now - user.created) / 1000)),
    styles: [],
    records: records(count),
    ...(privilege > 0 || user.hasPublicWorkers ? { worker_ids: [...work.workerIds] } : {}),
    ...(privilege > 0 ? privateDetails(user) : {}),
    ...(input.isSelf ? ownDetails(user, work) : {}),
    ...(privilege === 2 ? moderatorDetails(user, input.escrowCents) : {}),
  };
}

function kudosDetails(count: (name: string) => number): UserDetails['kudos_details'] {
  const cents = (name: string) => count(`kudos:${name}`) / 100;
  return {
    accumulated: cents('accumulated'),
    gifted: cents('gifted'),
    donated: cents('donated'),
    admin: cents('admin'),
    received: cents('received'),
    recurring: cents('recurring'),
    awarded: cents('awarded'),
    styled: cents('styled'),
  };
}

function records(count: (name: string) => number): UserDetails['records'] {
  const things = (name: string) => ({
    megapixelsteps: count(`${name}:pixelsteps`) / 1e6,
    tokens: count(`${name}:tokens`),
  });
  const counts = (name: string) => ({
    image: count(`${name}:image`),
    text: count(`${name}:text`),
    interrogation: count(`${name}:interrogation`),
  });
  return {
    usage: things('usage'),
    contribution: things('contribution'),
    request: counts('request'),
    fulfillment: counts('fulfillment'),
    style: counts('style'),
  };
}

function privateDetails(user: User): Partial<UserDetails> {
  return {
    vpn: false,
    special: false,
    ...(user.contact === undefined ? {} : { contact: user.contact }),
  };
}

/** Anonymous is everybody: one caller must not see what another asked for. */
function ownDetails(user: User, work: UserWork): Partial<UserDetails> {
  if (user.isAnonymous) {
    return { sharedkey_ids: [], active_generations: { image: [], text: [], alchemy: [] } };
  }
  const image = [...work.activeImageRequests];
  return { sharedkey_ids: [], active_generations: image.length > 0 ? { image } : {} };
}

function moderatorDetails(user: User, escrowCents: number): Partial<UserDetails> {
  return {
    evaluating_kudos: escrowCents / 100,
    monthly_kudos: { amount: 0 },
    suspicious: 0,
    ...(user.adminComment === undefined ? {} : { admin_comment: user.adminComment }),
  };
}
