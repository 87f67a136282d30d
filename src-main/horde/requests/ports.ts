import type { Query, Work } from '#main/db/work.ts';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import type { Requester, User } from '#main/horde/users/index.ts';
import type { SharedKeyJob, SharedKeyTerms } from '#shared/horde/sharedkeys/rules.ts';
import type { StyledInput } from '#shared/horde/styles/rules.ts';

/** The style that a request uses. */
export interface UsedStyle {
  readonly id: string;
  readonly ownerId: number;
  /** Pays and authenticates in the caller's place where it is valid (STY-08). */
  readonly sharedKeyId: string | null;
  /** The collection that the style was picked from. */
  readonly collectionId?: string | null;
}

/** A prompt to be looked at, after its style was applied. */
export interface ExaminedPrompt {
  readonly prompt: string;
  readonly user: User;
  readonly kind: RequestType;
  readonly wantsReplacement: boolean;
  readonly models: readonly string[];
  readonly isEducation: boolean;
  readonly ip: string;
  /** The socket's address where `ip` is what a known proxy named. */
  readonly proxyIp: string | undefined;
  readonly clientAgent: string;
  readonly proxiedAccount: string | undefined;
}

/** What requests ask of other features. Without a part there is none of it: no styles, no filters, no keys. */
export interface RequestPorts {
  readonly styles?: {
    /** @throws ProblemError 404 `StyleNotFound` · 400 `StyleMismatch` */
    apply<I extends StyledInput>(
      kind: RequestType,
      reference: string,
      input: I,
    ): Promise<{ input: I; style: UsedStyle }>;
    /** Counts and rewards the use, in the unit that accepts the request. */
    used(
      query: Query,
      use: {
        readonly styleId: string;
        readonly collectionId?: string | null;
        readonly requestId: string;
        readonly callerId: number;
        readonly kind: RequestType;
        readonly now: number;
      },
    ): Work<void>;
  };
  readonly webhooks?: {
    /** @throws ProblemError 400 `BadRequest` for a URL that no call may go to */
    refuse(url: string): void;
  };
  readonly sharedKeys?: {
    /** @throws ProblemError 401, 403 `SharedKeyExpired` · `SharedKeyEmpty` */
    open(
      id: string,
      how: { readonly mayDowngrade: boolean; readonly isLocal: boolean; readonly isStyled?: boolean },
    ): Promise<{ readonly id: string; readonly user: User }>;
    find(id: string): Promise<SharedKeyTerms | undefined>;
    /** In the unit that accepts the request. @throws ProblemError 403 `SharedKeyInsufficientKudos` */
    checkBudget(
      query: Query,
      request: { readonly id: string; readonly cents: number; readonly mayDowngrade: boolean },
    ): Work<'within' | 'downgraded'>;
  };
  readonly addresses?: {
    /** @throws ProblemError 403 `TimeoutIP` */
    refuse(ip: string, user: User): void | Promise<void>;
    /** Behind a proxy or a network that hides who asks. */
    isUnsafe(ip: string): boolean | Promise<boolean>;
    isTimedOut(ip: string): boolean | Promise<boolean>;
  };
  readonly prompts?: {
    /** The prompt, rewritten where that saves it. @throws ProblemError 400 `CorruptPrompt` and its like */
    examine(asked: ExaminedPrompt): Promise<{ readonly prompt: string; readonly isReplaced?: boolean }>;
  };
  readonly agents?: {
    /** @throws ProblemError 403 `BannedClientAgent` */
    refuse(clientAgent: string): void;
  };
}

/** One job as the limits of a shared key see it. */
export type { SharedKeyJob };

/** Finds out who asks; runs after style, maintenance and webhook were looked at (`api.md` 5.1). */
export type Authenticate = (asked: {
  readonly proxiedAccount: string | undefined;
  readonly mayDowngrade: boolean;
}) => Promise<Requester>;
