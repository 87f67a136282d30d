import { expect } from 'vitest';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { ownerId } from '#main/horde/users/index.ts';
import type { NewUser } from '../../testing/open-horde.ts';
import { Books } from './books.ts';
import { type HttpAnswer, type ListeningHorde, openListening } from './listening-horde.ts';
import { tagOf } from './picture.ts';

export type Kind = 'image' | 'text' | 'interrogation';

/** A request that was accepted, with what its results will cost. */
export interface Asked {
  readonly tag: string;
  readonly kind: Kind;
  readonly id: string;
  readonly payer: number;
  /** What a result earns and costs; texts are priced by what was written. */
  readonly priceOf: (result: { readonly form?: string; readonly output?: string; isCensored?: boolean }) => {
    readonly pay: number;
    readonly cost: number;
  };
}

export interface Person {
  readonly id: number;
  readonly key: string;
}

export interface PersonOptions extends Omit<NewUser, 'kudos'> {
  readonly kudos?: number;
  /** Results that may wait at a time. */
  readonly concurrency?: number;
}

/** A horde that listens, the people of a journey, and books of what has to have been paid. */
export interface Town extends ListeningHorde {
  readonly books: Books;
  readonly owner: Person;
  /** Every request that was accepted, by its tag. */
  readonly asked: Map<string, Asked>;
  /** Jobs whose pay is in the books. */
  readonly paid: Set<string>;
  readonly nextTag: () => string;
  readonly addPerson: (options: PersonOptions) => Promise<Person>;
  readonly call: (method: string, path: string, body?: object, key?: string) => Promise<HttpAnswer>;
  /** The horde's ledger is sound and says what the books say, to the cent. */
  readonly expectBooks: () => Promise<void>;
}

/** What moderators, and so the owner, are given every month (`kudos.md` 1.10). */
const moderatorStipend = 30_000_000;

/** Opens a town; its owner is in the books with what the horde gave them. */
export async function openTown(options: Parameters<typeof openListening>[0] = {}): Promise<Town> {
  const listening = await openListening(options);
  const books = new Books();
  const balances = async (): Promise<Record<string, number>> => {
    const accounts = await listening.horde.db.read.selectFrom('kudos_account').selectAll().execute();
    return Object.fromEntries(accounts.map((it) => [it.name ?? `${it.kind} ${it.user_id}`, it.balance]));
  };
  books.open(ownerId, (await balances())[`user ${ownerId}`] ?? 0, true);
  const owner = { id: ownerId, key: listening.horde.ownerKey };
  let tags = 0;
  let isStipendDue = true;
  const call: Town['call'] = (method, path, body, key = owner.key) =>
    listening.http({
      method,
      to: `/api/v2${path}`,
      headers: {
        'client-agent': 'Journey:1:none',
        ...(key === '' ? {} : { apikey: key }),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { payload: JSON.stringify(body) } : {}),
    });
  return {
    ...listening,
    get horde() {
      return listening.horde;
    },
    get restarts() {
      return listening.restarts;
    },
    wait: async (seconds) => {
      await listening.wait(seconds);
      if (isStipendDue) books.mint(ownerId, moderatorStipend);
      isStipendDue = false;
    },
    books,
    owner,
    asked: new Map(),
    paid: new Set(),
    nextTag: () => tagOf((tags += 1)),
    call,
    addPerson: async ({ concurrency, ...user }) => {
      const key = await listening.horde.addUser({ kudos: 10_000, ...user });
      books.open(user.id, (user.kudos ?? 10_000) * 100, user.flags?.is_trusted === 1);
      if (concurrency !== undefined) {
        expect((await call('PUT', `/users/${user.id}`, { concurrency })).status).toBe(200);
      }
      return { id: user.id, key };
    },
    expectBooks: async () => {
      expect(await checkLedger(listening.horde.db)).toEqual({ ok: true, problems: [] });
      expect(withoutEmpty(await balances())).toEqual(withoutEmpty(books.balances()));
    },
  };
}

function withoutEmpty(all: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(all).filter(([, balance]) => balance !== 0));
}

/** Towns of a test file; `closeAll` belongs into `afterEach`. */
export function towns() {
  const open: Town[] = [];
  return {
    open: async (options: Parameters<typeof openListening>[0] = {}): Promise<Town> => {
      const town = await openTown(options);
      open.push(town);
      return town;
    },
    closeAll: async (): Promise<void> => {
      for (const town of open.splice(0)) await town.close();
    },
  };
}
