import { randomBytes } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, run, type Work } from '#main/db/work.ts';
import { changeKudos, changeMonthlyKudos, grantTrust, type KudosService } from '#main/horde/kudos/index.ts';
import { hordePages, type PageDocuments } from '#main/horde/pages/index.ts';
import { createSignIn, type SignIn, type SignInPlatform } from '#main/horde/signin/index.ts';
import { resetSuspicion } from '#main/horde/suspicion/index.ts';
import {
  createSharedKeysService,
  sharedKeyRoutes,
  type SharedKeyPorts,
  type SharedKeysService,
} from '#main/horde/sharedkeys/index.ts';
import {
  accountRoutes,
  type AccountPorts,
  type AccountsService,
  type AccountViews,
  createAccountsService,
  createRegistrationService,
  type RegistrationPorts,
  type RegistrationService,
  userRoutes,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { Clock } from '#shared/common/clock.ts';

/** What accounts need of the features around them. */
export interface AccountPartsOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly kudos: KudosService;
  readonly views: Omit<AccountViews, 'sharedKeyIdsOf'>;
  readonly accounts: Omit<AccountPorts, 'kudos'>;
  readonly sharedKeys: SharedKeyPorts;
  readonly registration: Pick<RegistrationPorts, 'mode' | 'isRaided' | 'refuseAddress'>;
  readonly documents: PageDocuments;
  /** Without it nobody signs in with a provider. */
  readonly signIn?: SignInPlatform;
}

export interface AccountParts {
  readonly accounts: AccountsService;
  readonly registration: RegistrationService;
  readonly sharedKeys: SharedKeysService;
  readonly signIn: SignIn | undefined;
  readonly register: (api: AppFastify) => Promise<void>;
}

/** Accounts, registration, shared keys and the pages for people, wired to each other. */
export function assembleAccounts(options: AccountPartsOptions): AccountParts {
  const { db, clock, users, documents } = options;
  const sharedKeys = createSharedKeysService({ db, clock, users, ports: options.sharedKeys });
  const kudos = { changeKudos, changeMonthlyKudos, grantTrust };
  const wipes = [...options.accounts.wipes, sharedKeys.wipe];
  const ports: AccountPorts = { ...options.accounts, kudos, wipes };
  const termsVersion = () => documents.termsVersion();
  const accounts = createAccountsService({ db, clock, users, ports, termsVersion });
  const registrationPorts = { ...ports, ...options.registration, termsVersion };
  const registration = createRegistrationService({ db, clock, users, randomBytes, ports: registrationPorts });
  const signIn =
    options.signIn &&
    createSignIn({
      ...options.signIn,
      ...registrationPorts,
      db,
      clock,
      users,
      accounts,
      registration,
      documents,
    });
  return {
    accounts,
    registration,
    sharedKeys,
    signIn,
    register: async (api) => {
      userRoutes(api, {
        ...options.views,
        users,
        clock,
        sharedKeyIdsOf: (userId) => sharedKeys.idsOf(userId),
        sharedKeyOf: (id) => sharedKeys.find(id),
      });
      accountRoutes(api, { users, accounts });
      sharedKeyRoutes(api, { users, sharedKeys });
      const transfer: KudosService['transfer'] = (order, from) => options.kudos.transfer(order, from);
      const signIns = async () => (await signIn?.offers()) ?? [];
      await hordePages(api, { users, accounts, registration, documents, transfer, signIns });
      await signIn?.register(api);
    },
  };
}

/**
 * Erases the workers of a wiped account and what was noted of both. After the grace period no job of theirs
 * is left.
 */
export function* wipeWorkers(query: Query, userId: number): Work<void> {
  yield* resetSuspicion(query, userId);
  yield* run(query.deleteFrom('horde_prompt_reports').where('user_id', '=', userId));
  yield* run(query.deleteFrom('horde_problem_jobs').where('user_id', '=', userId));
  yield* run(query.deleteFrom('horde_decoys').where('worker_owner_id', '=', userId));
  yield* run(query.deleteFrom('horde_workers').where('user_id', '=', userId));
}
