import { type Static, Type } from 'typebox';

/** Roles that a provider's groups may give: never moderator or admin (`accounts-and-safety.md` OID-01). */
export const mappableRoles = ['trusted', 'customizer', 'education', 'service'] as const;
export type MappableRole = (typeof mappableRoles)[number];

/** The name of a provider in addresses and in `oauth_id`. */
export const providerIdPattern = '^[a-z0-9-]{1,32}$';

const texts = (maxLength: number) =>
  Type.Array(Type.String({ minLength: 1, maxLength }), { maxItems: 100, uniqueItems: true });

/** Who of a provider is let in: who meets any of these; everybody where all are empty. */
export const AllowRules = Type.Object(
  {
    /** Domains of verified addresses; needs the scope `email`. */
    email_domains: texts(253),
    groups: texts(300),
    subjects: texts(300),
  },
  { additionalProperties: false },
);
export type AllowRules = Static<typeof AllowRules>;

const settings = {
  /** What the register page calls it. */
  name: Type.String({ minLength: 1, maxLength: 60 }),
  enabled: Type.Boolean(),
  /** `https` address of the issuer, or of its discovery document. */
  issuer: Type.String({ minLength: 1, maxLength: 500 }),
  client_id: Type.String({ minLength: 1, maxLength: 300 }),
  scopes: Type.Array(Type.String({ pattern: '^[!#-\\[\\]-~]{1,100}$' }), {
    minItems: 1,
    maxItems: 20,
    uniqueItems: true,
  }),
  /** The claim that tells people apart. It must be one that they cannot change. */
  subject_claim: Type.String({ minLength: 1, maxLength: 100 }),
  /** The claim that lists the groups of a person. */
  groups_claim: Type.String({ minLength: 1, maxLength: 100 }),
  /** The issuer stands in the own network: it alone may be called there, at its own port. */
  private_network: Type.Boolean(),
  /**
   * Browsers on other computers sign in by typing a code at the provider, as long as this horde has no TLS:
   * most providers send nobody back to a plain address (OID-05). Only where the provider knows that way.
   */
  device_code: Type.Boolean(),
  allow: AllowRules,
  /** What happens to somebody whom this horde does not know: see `registration` in `HordeSettings` for `create`. */
  on_first_login: Type.Enum(['create', 'approval', 'deny'], { type: 'string' }),
  /** Roles that members of a group are given whenever they sign in. */
  role_map: Type.Array(
    Type.Object(
      {
        group: Type.String({ minLength: 1, maxLength: 300 }),
        role: Type.Enum([...mappableRoles], { type: 'string' }),
      },
      { additionalProperties: false },
    ),
    { maxItems: 100 },
  ),
};

/** A provider as the host sets it. Without `client_secret` the kept one stays, with `null` there is none. */
export const SignInProviderInput = Type.Object(
  {
    ...settings,
    client_secret: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 1000 }), Type.Null()])),
  },
  { additionalProperties: false },
);
export type SignInProviderInput = Static<typeof SignInProviderInput>;

/** A provider as the host sees it; its secret is never shown. */
export const SignInProvider = Type.Object({
  id: Type.String(),
  ...settings,
  has_secret: Type.Boolean(),
  /** What the provider has to know as redirect address, behind each address of this horde. */
  callback_path: Type.String(),
});
export type SignInProvider = Static<typeof SignInProvider>;

/** What a provider says of itself, so that the host sees whether the settings can work. */
export const SignInCheck = Type.Object({
  ok: Type.Boolean(),
  /** Why not, for people. */
  message: Type.Union([Type.String(), Type.Null()]),
  /** Whether one can sign in by typing a code. */
  device_code: Type.Boolean(),
});
export type SignInCheck = Static<typeof SignInCheck>;

/** Somebody who waits to be let in. `created` is in milliseconds since the epoch. */
export const SignInRequest = Type.Object({
  id: Type.Integer(),
  provider: Type.String(),
  username: Type.String(),
  created: Type.Integer(),
});
export type SignInRequest = Static<typeof SignInRequest>;

/** The account that was made for who waited; its key is shown to its owner alone, at the next sign-in. */
export const AdmittedAccount = Type.Object({ id: Type.Integer(), alias: Type.String() });
export type AdmittedAccount = Static<typeof AdmittedAccount>;

/** Routes of the host's own side, on the app listener. */
export const signInRoutes = {
  providers: '/app/horde/signin/providers',
  provider: '/app/horde/signin/providers/:id',
  check: '/app/horde/signin/providers/:id/check',
  requests: '/app/horde/signin/requests',
  request: '/app/horde/signin/requests/:id',
  accept: '/app/horde/signin/requests/:id/accept',
} as const;
