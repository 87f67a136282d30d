import { type Static, Type } from 'typebox';

const optional = {
  text: Type.Optional(Type.String()),
  boolean: Type.Optional(Type.Boolean()),
  texts: Type.Optional(Type.Array(Type.String())),
};

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
    styles: Type.Array(Type.Object({ name: Type.String(), id: Type.String(), type: Type.String() })),
    records: UserRecords,
    worker_ids: optional.texts,
    sharedkey_ids: optional.texts,
    contact: optional.text,
    vpn: optional.boolean,
    special: optional.boolean,
    active_generations: Type.Optional(
      Type.Object({ image: optional.texts, text: optional.texts, alchemy: optional.texts }),
    ),
    evaluating_kudos: Type.Optional(Type.Number()),
    monthly_kudos: Type.Optional(Type.Object({ amount: Type.Integer() })),
    suspicious: Type.Optional(Type.Integer()),
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
