import { noKey, type OperationSpec, refusal, wrongKey } from '../spec.ts';
import type { World } from '../world.ts';

const toSomebody = async (world: World) => ({ username: (await world.account()).alias, amount: 10 });
const notAllowed = refusal(403, 'NotAllowedAwards');

const refusedTransfer = (says: string, rc: string, make: (world: World) => Promise<object> | object) => ({
  says: `${rc}: ${says}`,
  call: async (world: World) => ({ as: 'plain' as const, body: await make(world) }),
  expect: refusal(400, rc),
});

/** Gifts and awards (`api.md` 5.9). */
export const kudos: readonly OperationSpec[] = [
  {
    operation: 'POST /kudos/transfer',
    sample: async (world) => ({ as: 'plain', body: await toSomebody(world) }),
    success: { status: 200, like: { transferred: 10 } },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: refusal(400, 'KudosTransferFromAnon'),
      flagged: refusal(400, 'SourceAccountFlagged'),
      deleted: refusal(400, 'DeletedUser'),
    },
    extras: [
      refusedTransfer('to nobody', 'InvalidTargetUsername', () => ({ username: 'nobody#99999', amount: 10 })),
      refusedTransfer('to everybody', 'KudosTransferToAnon', () => ({ username: 'Anonymous#0', amount: 10 })),
      refusedTransfer('to oneself', 'KudosTransferToSelf', ({ accounts }) => ({
        username: accounts.plain.alias,
        amount: 10,
      })),
      refusedTransfer('to somebody flagged', 'TargetAccountFlagged', ({ accounts }) => ({
        username: accounts.flagged.alias,
        amount: 10,
      })),
      refusedTransfer('less than nothing', 'NegativeKudosTransfer', async (world) => ({
        ...(await toSomebody(world)),
        amount: -5,
      })),
      refusedTransfer('more than there is', 'KudosTransferNotEnough', async (world) => ({
        ...(await toSomebody(world)),
        amount: 2_000_000_000,
      })),
      {
        says: 'names what is missing',
        call: () => ({ as: 'plain', body: { amount: 10 } }),
        expect: { status: 400, errors: ['username'] },
      },
      {
        says: 'moves kudos once for one idempotency key',
        call: async (world) => {
          const call = {
            as: 'plain' as const,
            body: await toSomebody(world),
            headers: { 'idempotency-key': world.name('key') },
          };
          await world.do('POST /kudos/transfer', call);
          return call;
        },
        expect: { status: 200, like: { transferred: 10 } },
      },
      {
        says: 'refuses the way back for a minute',
        call: async (world) => {
          const [one, other] = [await world.account(), await world.account()];
          const body = { username: other.alias, amount: 10 };
          await world.do('POST /kudos/transfer', { key: one.key, body });
          return { key: other.key, body: { username: one.alias, amount: 5 } };
        },
        expect: refusal(400, 'TooFastKudosTransfers'),
      },
    ],
  },
  {
    operation: 'POST /kudos/award',
    sample: async (world) => ({ as: 'admin', body: await toSomebody(world) }),
    success: { status: 200, like: { awarded: 10 } },
    refused: {
      nobody: noKey,
      stranger: wrongKey,
      anonymous: notAllowed,
      plain: notAllowed,
      trusted: notAllowed,
      moderator: notAllowed,
      deleted: refusal(403, 'DeletedUser'),
    },
    extras: [
      {
        says: 'is for accounts that there are',
        call: () => ({ as: 'admin', body: { username: 'nobody#99999', amount: 10 } }),
        expect: refusal(400, 'InvalidAwardUsername'),
      },
      {
        says: 'is not for everybody',
        call: () => ({ as: 'admin', body: { username: 'Anonymous#0', amount: 10 } }),
        expect: refusal(400, 'KudosAwardToAnon'),
      },
    ],
  },
];
