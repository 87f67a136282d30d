import { Type, type Static } from 'typebox';

/** Whole kudos to give when the caller does not say. */
export const defaultAmount = 100;

const username = Type.String({
  minLength: 1,
  maxLength: 255,
  description: 'The alias of the account, such as `ada#7`, or its bare number.',
});

export const KudosTransferInput = Type.Object(
  {
    username: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The alias of the receiving account, its bare number, or the id of a shared key.',
    }),
    amount: Type.Optional(Type.Integer({ default: defaultAmount, description: 'Whole kudos to send.' })),
  },
  { $id: 'KudosTransferInput' },
);
export type KudosTransferInput = Static<typeof KudosTransferInput>;

/** Far more than a horde ever moves, and far less than a sum of cents may be. */
export const largestAward = 10_000_000_000;

export const KudosAwardInput = Type.Object(
  {
    username,
    amount: Type.Optional(
      Type.Integer({
        default: defaultAmount,
        minimum: -largestAward,
        maximum: largestAward,
        description: 'Whole kudos to award; fewer than none are taken away.',
      }),
    ),
  },
  { $id: 'KudosAwardInput' },
);
export type KudosAwardInput = Static<typeof KudosAwardInput>;

export const KudosTransferred = Type.Object(
  { transferred: Type.Number({ description: 'The kudos that were sent.' }) },
  { $id: 'KudosTransferred' },
);
export type KudosTransferred = Static<typeof KudosTransferred>;

export const KudosAwarded = Type.Object(
  { awarded: Type.Number({ description: 'The kudos that were awarded.' }) },
  { $id: 'KudosAwarded' },
);
export type KudosAwarded = Static<typeof KudosAwarded>;
