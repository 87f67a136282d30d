import { optionalUser, requireUser, type UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { HordeModes, HordeModesInput, HordeModesPatch } from '#shared/horde/status/schema.ts';
import type { ModesService } from './service.ts';

export interface ModeRoutesServices {
  readonly modes: ModesService;
  readonly users: UsersService;
}

/** `GET` and `PUT /status/modes` (`api.md` 5.10). Only moderators see the raid mode. */
export function modeRoutes(api: AppFastify, { modes, users }: ModeRoutesServices): void {
  api.get(
    '/api/v2/status/modes',
    { schema: { operationId: 'get_horde_modes', response: { 200: HordeModes, 401: Problem } } },
    async (request) => {
      const caller = await optionalUser(users, request);
      const { isInMaintenance, isInviteOnly, isRaided } = modes.current();
      return {
        maintenance_mode: isInMaintenance,
        invite_only_mode: isInviteOnly,
        ...(caller?.isModerator === true ? { raid_mode: isRaided } : {}),
      };
    },
  );
  api.put(
    '/api/v2/status/modes',
    {
      schema: {
        operationId: 'put_horde_modes',
        body: HordeModesInput,
        response: { 200: HordeModesPatch, 400: Problem, 401: Problem, 403: Problem },
      },
    },
    async (request) => modes.change(request.body, await requireUser(users, request)),
  );
}
