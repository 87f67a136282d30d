import type { AppDatabase } from '#main/db/database.ts';
import type { ImagesService } from '#main/horde/images/index.ts';
import type { Modes } from '#main/horde/modes/index.ts';
import type { User } from '#main/horde/users/index.ts';
import type { WebhookSender } from '#main/horde/webhooks/index.ts';
import type { WorkerPorts, WorkersService } from '#main/horde/workers/index.ts';
import type { GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import type { HordeSettings } from '#shared/horde/host/schema.ts';

/** What alchemy asks of other features; what is not there is as if it knew nothing and refused nothing. */
export interface AlchemyPorts {
  /** Without it no webhook is taken. */
  readonly webhooks?: Pick<WebhookSender, 'refuse' | 'send'>;
  /** Gets source pictures that are named by URL, where the host allows that. */
  readonly fetch?: GuardedFetch;
  readonly addresses?: {
    /** @throws ProblemError 403 `TimeoutIP` */
    refuse(ip: string, user: User): void | Promise<void>;
    isUnsafe(ip: string): boolean | Promise<boolean>;
  };
  readonly agents?: {
    /** @throws ProblemError 403 `BannedClientAgent` */
    refuse(agent: string): void;
  };
  readonly teams?: NonNullable<WorkerPorts['teams']>;
}

/** What the host decides about alchemy. */
export type AlchemySettings = Pick<
  HordeSettings,
  'source_urls' | 'max_source_kib' | 'require_upload' | 'hide_waiting_alchemy'
>;

export interface AlchemyOptions extends AlchemyPorts {
  readonly db: AppDatabase;
  readonly workers: WorkersService;
  readonly images: ImagesService;
  readonly modes: () => Modes;
  readonly settings: () => AlchemySettings;
  readonly clock: Clock;
  readonly random?: () => number;
}

/** Name of a request's source picture in the object store. */
export const sourceKey = (id: string): string => `${id}_src.webp`;
