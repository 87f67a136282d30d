import { type Static, Type } from 'typebox';

/** Left out where one account is shown, null in a list (`api.md` 3.5). */
const optional = {
  text: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  boolean: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  texts: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
  number: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  integer: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
};
const ids = Type.Optional(Type.Array(Type.String()));

const amount = Type.Number({ default: 0 });

/** Sums of kudos by why they moved (`api.md` 3.5). */
export const UserKudosDetails = Type.Object(
  {
    accumulated: amount,
    gifted: amount,
    donated: amount,
    admin: amount,
    received: amount,
    recurring: amount,
    awarded: amount,
    styled: amount,
  },
  { $id: 'UserKudosDetails' },
);
export type UserKudosDetails = Static<typeof UserKudosDetails>;

const Things = Type.Object({ megapixelsteps: Type.Number(), tokens: Type.Integer() });
const Counts = Type.Object({
  image: Type.Integer(),
  text: Type.Integer(),
  interrogation: Type.Integer(),
});

export const UserRecords = Type.Object(
  { usage: Things, contribution: Things, request: Counts, fulfillment: Counts, style: Counts },
  { $id: 'UserRecords' },
);
export type UserRecords = Static<typeof UserRecords>;

/** A style among the details of its owner; `name` is `alias::style::name`. */
const UserStyle = Type.Object({ name: Type.String(), id: Type.String(), type: Type.String() });
export type UserStyle = Static<typeof UserStyle>;

/** What never counts any more; its members are always null. */
const UserUsage = Type.Object(
  {
    megapixelsteps: Type.Union([Type.Number(), Type.Null()]),
    requests: Type.Union([Type.Integer(), Type.Null()]),
  },
  { $id: 'UsageDetails' },
);
const UserContributions = Type.Object(
  {
    megapixelsteps: Type.Union([Type.Number(), Type.Null()]),
    fulfillments: Type.Union([Type.Integer(), Type.Null()]),
  },
  { $id: 'ContributionsDetails' },
);

/** An account as the API shows it. Keys above the caller's privilege are left out. */
export const UserDetails = Type.Object(
  {
    username: Type.String(),
    id: Type.Integer(),
    kudos: Type.Number(),
    kudos_details: UserKudosDetails,
    concurrency: Type.Integer(),
    worker_invited: Type.Integer(),
    worker_count: Type.Integer(),
    moderator: Type.Boolean(),
    trusted: Type.Boolean(),
    flagged: Type.Boolean(),
    service: Type.Boolean(),
    education: Type.Boolean(),
    customizer: Type.Boolean(),
    deleted: Type.Boolean(),
    pseudonymous: Type.Boolean(),
    account_age: Type.Integer(),
    styles: Type.Array(UserStyle),
    // Hordes of the future may drop these: a client does without.
    usage: Type.Optional(UserUsage),
    contributions: Type.Optional(UserContributions),
    records: UserRecords,
    worker_ids: optional.texts,
    sharedkey_ids: optional.texts,
    contact: optional.text,
    vpn: optional.boolean,
    special: optional.boolean,
    active_generations: Type.Optional(
      Type.Object({ image: ids, text: ids, alchemy: ids }, { $id: 'UserActiveGenerations' }),
    ),
    evaluating_kudos: optional.number,
    monthly_kudos: Type.Optional(
      Type.Object(
        { amount: Type.Optional(Type.Integer()), last_received: Type.Optional(Type.String()) },
        { $id: 'MonthlyKudos' },
      ),
    ),
    suspicious: optional.integer,
    admin_comment: optional.text,
  },
  { $id: 'UserDetails' },
);
export type UserDetails = Static<typeof UserDetails>;

export const UserPath = Type.Object({ user_id: Type.String() });

export const UsersQuery = Type.Object({
  page: Type.Optional(Type.String({ pattern: '^-?[0-9]{1,9}$' })),
  sort: Type.Optional(Type.String()),
});

const flag = (description: string) => Type.Optional(Type.Boolean({ description }));

/** Body of `PUT /users/{user_id}` (`api.md` 5.6), in the order in which fields are refused. */
export const ModifyUserInput = Type.Object(
  {
    kudos: Type.Optional(
      Type.Number({
        minimum: -1e12,
        maximum: 1e12,
        description: 'Kudos to add, or to take where negative. Admins.',
      }),
    ),
    monthly_kudos: Type.Optional(
      Type.Integer({
        minimum: -1e12,
        maximum: 1e12,
        description: 'Kudos to add to what the account receives every month. Admins.',
      }),
    ),
    usage_multiplier: Type.Optional(
      Type.Number({ minimum: 0.1, maximum: 10, description: 'Factor of the usage statistic. Admins.' }),
    ),
    moderator: flag('Makes a moderator, who is trusted as well. Admins.'),
    concurrency: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 500, description: 'Pictures or texts that may wait. Moderators.' }),
    ),
    worker_invited: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1e6, description: 'Workers that may join. Moderators.' }),
    ),
    trusted: flag('Moderators.'),
    flagged: flag('No kudos move and no worker works. Moderators.'),
    customizer: flag('May offer models of their own. Moderators.'),
    vpn: flag('Workers may be behind a VPN. Moderators.'),
    service: flag('May ask in the name of others. Moderators.'),
    education: flag('Moderators.'),
    special: flag('May send special payloads. Moderators.'),
    reset_suspicion: flag('Forgets the points of the account and its workers. Moderators.'),
    admin_comment: Type.Optional(
      Type.String({ minLength: 5, maxLength: 500, description: 'For moderators only. Moderators.' }),
    ),
    public_workers: flag('Shows whose workers they are.'),
    username: Type.Optional(Type.String({ minLength: 3, maxLength: 100 })),
    contact: Type.Optional(
      Type.String({ minLength: 5, maxLength: 500, description: 'How moderators reach the person.' }),
    ),
    generate_proxy_passkey: flag('Makes a new passkey for a service account.'),
    undelete: flag('Takes the deletion back.'),
    filtered: flag('Accepted for old clients; nothing happens.'),
  },
  { $id: 'ModifyUserInput', additionalProperties: false },
);
export type ModifyUserInput = Static<typeof ModifyUserInput>;

const done = { flag: Type.Optional(Type.Boolean()), text: Type.Optional(Type.String()) };

/** What a change really changed. */
export const ModifyUser = Type.Object(
  {
    new_kudos: Type.Optional(Type.Number()),
    monthly_kudos: Type.Optional(Type.Integer()),
    usage_multiplier: Type.Optional(Type.Number()),
    moderator: done.flag,
    concurrency: Type.Optional(Type.Integer()),
    worker_invited: Type.Optional(Type.Integer()),
    trusted: done.flag,
    flagged: done.flag,
    customizer: done.flag,
    vpn: done.flag,
    service: done.flag,
    education: done.flag,
    special: done.flag,
    new_suspicion: Type.Optional(Type.Integer()),
    admin_comment: done.text,
    public_workers: done.flag,
    username: done.text,
    contact: done.text,
    proxy_passkey: done.text,
    undeleted: done.flag,
  },
  { $id: 'ModifyUser' },
);
export type ModifyUser = Static<typeof ModifyUser>;
