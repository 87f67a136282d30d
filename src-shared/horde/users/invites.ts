import { type Static, Type } from 'typebox';

/** Who may make an account (`decisions.md` 21). */
export type RegistrationMode = 'open' | 'invite' | 'closed';

/** Roles that an invite may give: never moderator or admin (`decisions.md` 40). */
export const invitedRoles = ['trusted', 'customizer', 'vpn', 'service', 'education', 'special'] as const;

/** What an account made with an invite begins with. */
export const InvitePreset = Type.Object(
  {
    roles: Type.Array(Type.Enum([...invitedRoles], { type: 'string' }), { maxItems: 6, uniqueItems: true }),
    concurrency: Type.Optional(Type.Integer({ minimum: 0, maximum: 500 })),
    worker_invited: Type.Integer({ minimum: 0, maximum: 1e6 }),
    /** Kudos beside what every account begins with. */
    kudos: Type.Integer({ minimum: 0, maximum: 1e9 }),
  },
  { additionalProperties: false },
);
export type InvitePreset = Static<typeof InvitePreset>;

export const plainPreset: InvitePreset = { roles: [], worker_invited: 0, kudos: 0 };

export const InviteInput = Type.Object(
  {
    preset: InvitePreset,
    uses: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1 })),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, default: 7 })),
  },
  { additionalProperties: false },
);
export type InviteInput = Static<typeof InviteInput>;

/** An invite as staff sees it; its code was shown once. */
export const Invite = Type.Object({
  id: Type.Integer(),
  preset: InvitePreset,
  uses_left: Type.Integer(),
  created: Type.Integer(),
  created_by: Type.Integer(),
  expiry: Type.Integer(),
});
export type Invite = Static<typeof Invite>;
