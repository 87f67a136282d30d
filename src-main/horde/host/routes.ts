import { Type } from 'typebox';
import type { HordeSettingsService } from '#main/horde/settings/index.ts';
import type { TaskRunner } from '#main/horde/tasks/index.ts';
import {
  ownerId,
  type AccountsService,
  type RegistrationService,
  type User,
  type UsersService,
} from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { plainPreset } from '#shared/horde/users/invites.ts';
import {
  AccountKey,
  HordeSettings,
  HordeSettingsPatch,
  hostRoutes as paths,
  LedgerState,
  NewAccount,
  TaskStatus,
} from '#shared/horde/host/schema.ts';

export interface HostServices {
  readonly settings: HordeSettingsService;
  readonly tasks: TaskRunner;
  readonly checkLedger: () => Promise<LedgerState>;
  readonly users: UsersService;
  readonly accounts: Pick<AccountsService, 'reissueKey'>;
  readonly registration: Pick<RegistrationService, 'create'>;
}

/** The host's own side of the private horde: what only the owner of this computer sees. */
export function hostRoutes(services: HostServices) {
  const { settings, tasks, checkLedger } = services;
  return (app: AppFastify): void => {
    accountRoutes(app, services);
    app.get(paths.settings, { schema: { response: { 200: HordeSettings } } }, () => settings.current());
    app.patch(
      paths.settings,
      { schema: { body: HordeSettingsPatch, response: { 200: HordeSettings } } },
      (request) => settings.change(request.body, ownerId),
    );
    app.get(paths.tasks, { schema: { response: { 200: Type.Array(TaskStatus) } } }, () => [
      ...tasks.status(),
    ]);
    app.get(paths.ledger, { schema: { response: { 200: LedgerState } } }, () => checkLedger());
  };
}

/** Accounts and new keys from the owner's hand (`decisions.md` 15); both leave a line in the audit log. */
function accountRoutes(app: AppFastify, { users, accounts, registration }: HostServices): void {
  const owner = async (): Promise<User> => {
    const found = await users.byId(ownerId);
    if (!found) throw new Error("the owner's account is missing");
    return found;
  };
  app.post(
    paths.accounts,
    { schema: { body: NewAccount, response: { 201: AccountKey } } },
    async (request, reply) => {
      const { username, preset = plainPreset } = request.body;
      const { user, apiKey } = await registration.create(await owner(), { username, preset });
      return reply.code(201).send({ id: user.id, alias: user.alias, api_key: apiKey });
    },
  );
  app.post(
    paths.newKey,
    {
      schema: {
        params: Type.Object({ id: Type.String({ pattern: '^[0-9]{1,10}$' }) }),
        response: { 200: AccountKey },
      },
    },
    async (request) => {
      const user = await users.byId(Number(request.params.id));
      if (!user) throw new ProblemError(404, 'UserNotFound', 'There is no such account.');
      const apiKey = await accounts.reissueKey(await owner(), user.id);
      return { id: user.id, alias: user.alias, api_key: apiKey };
    },
  );
}
