import { rfc822 } from '#shared/horde/common/dates.ts';
import { monthlyCents } from '#shared/horde/kudos/stipend.ts';
import type { UserDetails, UserStyle } from '#shared/horde/users/schema.ts';
import type { UserWork } from './ports.ts';
import type { User } from './user.ts';

/** Who looks: 0 the public, 1 the account itself, 2 a moderator (`api.md` 1.4). */
export type Privilege = 0 | 1 | 2;

export interface DetailsInput {
  readonly user: User;
  readonly statistics: ReadonlyMap<string, number>;
  readonly work: UserWork;
  /** Those that the caller may see. */
  readonly styles: readonly UserStyle[];
  readonly sharedKeyIds: readonly string[];
  /** Points of suspicion; only moderators see them. */
  readonly suspicion: number;
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
    styles: [...input.styles],
    usage: { megapixelsteps: null, requests: null },
    contributions: { megapixelsteps: null, fulfillments: null },
    records: records(count),
    ...(privilege > 0 || user.hasPublicWorkers ? { worker_ids: [...work.workerIds] } : {}),
    ...(privilege > 0 ? privateDetails(user) : {}),
    ...(input.isSelf ? ownDetails(user, work, input.sharedKeyIds) : {}),
    ...(privilege === 2 ? moderatorDetails(user, input) : {}),
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
    vpn: user.isVpn,
    special: user.isSpecial,
    ...(user.contact === undefined ? {} : { contact: user.contact }),
  };
}

/** Anonymous is everybody: one caller must not see what another asked for. */
function ownDetails(user: User, work: UserWork, sharedKeyIds: readonly string[]): Partial<UserDetails> {
  if (user.isAnonymous) {
    return { sharedkey_ids: [], active_generations: { image: [], text: [], alchemy: [] } };
  }
  const [image, text] = [[...work.activeImageRequests], [...(work.activeTextRequests ?? [])]];
  const active = { ...(image.length > 0 ? { image } : {}), ...(text.length > 0 ? { text } : {}) };
  return { sharedkey_ids: [...sharedKeyIds], active_generations: active };
}

function moderatorDetails(user: User, input: DetailsInput): Partial<UserDetails> {
  const monthly = monthlyCents({ storedCents: user.monthlyCents, isModerator: user.isModerator });
  const received = user.monthlyLastReceived;
  return {
    evaluating_kudos: input.escrowCents / 100,
    monthly_kudos: {
      amount: Math.trunc(monthly / 100),
      ...(received === undefined ? {} : { last_received: rfc822(received) }),
    },
    suspicious: input.suspicion,
    ...(user.adminComment === undefined ? {} : { admin_comment: user.adminComment }),
  };
}

/** An account in a list, where what the public does not see is null or empty (`api.md` 3.5). */
export function listedDetails(details: UserDetails): UserDetails {
  return {
    worker_ids: null,
    sharedkey_ids: null,
    contact: null,
    vpn: null,
    special: null,
    active_generations: {},
    evaluating_kudos: null,
    monthly_kudos: {},
    suspicious: null,
    admin_comment: null,
    ...details,
  };
}
