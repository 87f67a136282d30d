import type { Query, Work } from '#main/db/work.ts';
import type { UserStyle } from '#shared/horde/users/schema.ts';

/** Movements of kudos that changes of accounts bring about (`kudos.md` 1.6, 1.10, 1.12), as horde/kudos has them. */
export interface AccountKudos {
  /** Gives or, where negative, takes; the floor holds. @returns the new balance, in cents */
  changeKudos(query: Query, input: KudosChange): Work<number>;
  /** Changes what comes every month and pays more at once. @returns what comes then, in cents */
  changeMonthlyKudos(query: Query, input: KudosChange): Work<number>;
  /** Makes an account trusted: its workers' quarantine ends, its escrow is paid out (TRU-03). */
  grantTrust(query: Query, input: { userId: number; now: number }): Work<number>;
}

export interface KudosChange {
  /** Unique for the movement. */
  readonly id: string;
  readonly userId: number;
  readonly cents: number;
  readonly now: number;
}

/** Points of an account (`accounts-and-safety.md` 3). */
export interface AccountSuspicion {
  /** Forgets the points of an account and of its workers. @returns how many it has then */
  reset(query: Query, userId: number): Work<number>;
  /** A registered name was too long (code 6). */
  reportLongName(query: Query, input: { readonly userId: number; readonly now: number }): Work<void>;
}

/** What the features around say of an account. */
export interface UserWork {
  readonly workerIds: readonly string[];
  /** Unfinished requests. Their ids open them, so the account alone sees these. */
  readonly activeImageRequests: readonly string[];
  readonly activeTextRequests?: readonly string[];
}

/** What accounts ask of other features to be shown. */
export interface AccountViews {
  /** Workers of an account, and its unfinished requests where the account itself asks. */
  readonly workOf: (userId: number, isSelf: boolean) => Promise<UserWork>;
  /** Styles of an account, the private ones included where asked for. */
  readonly stylesOf?: (userId: number, withPrivate: boolean) => Promise<readonly UserStyle[]>;
  readonly sharedKeyIdsOf?: (userId: number) => Promise<readonly string[]>;
  readonly suspicionOf?: (userId: number) => Promise<number>;
}

/** What changes of accounts ask of other features. */
export interface AccountPorts {
  readonly kudos: AccountKudos;
  readonly suspicion: AccountSuspicion;
  /** Whether a text may not stand in a name, contact or comment (`accounts-and-safety.md` 4.10). */
  readonly isProfane: (text: string) => boolean;
  /** Cancels what waits of an account as by DELETE: running jobs end and are paid (`decisions.md` 52). */
  readonly cancelRequestsOf: (userId: number) => Promise<void>;
  /** What each feature erases of a wiped account, in the unit that wipes it (ACC-54). */
  readonly wipes: ReadonlyArray<(query: Query, userId: number) => Work<void>>;
}
