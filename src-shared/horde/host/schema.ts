import { Type, type Static } from 'typebox';
import { InvitePreset } from '../users/invites.ts';

const hostAndPort = '^[a-z0-9.\\-\\[\\]:]+:[0-9]{1,5}$';

/** What the host of a private horde decides; only settings that something heeds stand here. */
export const HordeSettings = Type.Object(
  {
    /** Who may make an account: everybody, who has an invite, or nobody (`decisions.md` 21). */
    registration: Type.Enum(['open', 'invite', 'closed'], { type: 'string' }),
    /** `host:port` that webhooks may go to; none refuses every webhook (`decisions.md` 42). */
    webhook_targets: Type.Array(Type.String({ pattern: hostAndPort, maxLength: 300 }), {
      maxItems: 100,
      uniqueItems: true,
    }),
    /** Whether requests may name their source pictures by URL (`decisions.md` 42). */
    source_urls: Type.Boolean(),
    /** Largest inline source picture, in KiB (`decisions.md` 35). */
    max_source_kib: Type.Integer({ minimum: 5_000, maximum: 10_240 }),
    /** Whether a submit of `R2` needs its upload (`decisions.md` 8, 32). */
    require_upload: Type.Boolean(),
    /** Whether young alchemy requests that wait call themselves `processing` (`decisions.md` 46). */
    hide_waiting_alchemy: Type.Boolean(),
    /** Whether this computer and private networks may call as often as they like (`decisions.md` 30). */
    lift_rate_limits: Type.Boolean(),
    /** Whether names and short texts are checked for profanity (`accounts-and-safety.md` 4.9). */
    check_names: Type.Boolean(),
    /** Whole kudos earned at which an account becomes trusted by itself; null leaves that to moderators. */
    trust_threshold: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
    /** Workers of an account without and with trust (`decisions.md` 16). */
    worker_cap: Type.Integer({ minimum: 1, maximum: 1_000 }),
    trusted_worker_cap: Type.Integer({ minimum: 1, maximum: 1_000 }),
  },
  { additionalProperties: false },
);
export type HordeSettings = Static<typeof HordeSettings>;

export const HordeSettingsPatch = Type.Partial(HordeSettings, { additionalProperties: false });
export type HordeSettingsPatch = Static<typeof HordeSettingsPatch>;

export const defaultHordeSettings: HordeSettings = {
  registration: 'closed',
  webhook_targets: [],
  source_urls: false,
  max_source_kib: 5_000,
  require_upload: true,
  hide_waiting_alchemy: true,
  lift_rate_limits: false,
  check_names: false,
  trust_threshold: null,
  worker_cap: 3,
  trusted_worker_cap: 20,
};

/** A background task as its owner sees it (`queue.md` 7). Times are milliseconds since the epoch. */
export const TaskStatus = Type.Object({
  name: Type.String(),
  every_ms: Type.Integer(),
  runs: Type.Integer(),
  failures: Type.Integer(),
  last_run: Type.Union([Type.Integer(), Type.Null()]),
  last_duration_ms: Type.Union([Type.Number(), Type.Null()]),
  /** What the last run did, counted by name. */
  last_effect: Type.Record(Type.String(), Type.Number()),
  last_error: Type.Union([Type.String(), Type.Null()]),
});
export type TaskStatus = Static<typeof TaskStatus>;

/** Whether every balance is the sum of its postings (`kudos.md` 4.3). */
export const LedgerState = Type.Object({
  ok: Type.Boolean(),
  problems: Type.Array(Type.String()),
});
export type LedgerState = Static<typeof LedgerState>;

/** An account that the host makes for somebody, whatever the mode of registration (`accounts-and-safety.md` ACC-24). */
export const NewAccount = Type.Object(
  { username: Type.String({ minLength: 1, maxLength: 100 }), preset: Type.Optional(InvitePreset) },
  { additionalProperties: false },
);
export type NewAccount = Static<typeof NewAccount>;

/** The key is shown this once. */
export const AccountKey = Type.Object({ id: Type.Integer(), alias: Type.String(), api_key: Type.String() });
export type AccountKey = Static<typeof AccountKey>;

/** Routes of the host's own side, on the app listener. */
export const hostRoutes = {
  settings: '/app/horde/settings',
  tasks: '/app/horde/tasks',
  ledger: '/app/horde/ledger',
  accounts: '/app/horde/accounts',
  newKey: '/app/horde/accounts/:id/key',
} as const;
