import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { HordeTeamTable } from '#main/db/tables/horde-community.ts';
import { audit, type User } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { cleanName, escapeMarkup, plainText } from '#shared/horde/common/text.ts';
import { isUuid } from '#shared/horde/common/uuid.ts';
import type {
  CreateTeamInput,
  DeletedTeam,
  ModifyTeam,
  ModifyTeamInput,
  TeamDetails,
} from '#shared/horde/teams/schema.ts';
import { createTeamMembership, type TeamMembership } from './membership.ts';
import { membersOf, type TeamMember } from './members.ts';
import type { TeamPorts } from './ports.ts';
import { deleteTeam, insertTeam, type TeamChange, teamNotFound, updateTeam } from './units.ts';

export interface TeamsService extends TeamMembership {
  list(): Promise<TeamDetails[]>;
  /** @throws ProblemError 404 `TeamNotFound` */
  one(id: string): Promise<TeamDetails>;
  /** @throws ProblemError of `api.md` 5.11 */
  create(input: CreateTeamInput, caller: User): Promise<ModifyTeam>;
  change(id: string, input: ModifyTeamInput, caller: User): Promise<ModifyTeam>;
  remove(id: string, caller: User): Promise<DeletedTeam>;
  /** Whether owners of workers may join by themselves; for panels. @throws ProblemError 404 · 403 `NotModerator` */
  setOpen(id: string, isOpen: boolean, caller: User): Promise<void>;
}

export interface TeamsOptions extends TeamPorts {
  readonly db: AppDatabase;
  readonly clock: Clock;
}

type TeamRow = Selectable<HordeTeamTable> & { username: string };
const refuse = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Teams of workers (`api.md` 5.11, `accounts-and-safety.md` 6.2). */
export function createTeamsService(options: TeamsOptions): TeamsService {
  const { db, clock } = options;
  const select = () =>
    db.read
      .selectFrom('horde_teams as t')
      .innerJoin('users as u', 'u.id', 't.user_id')
      .selectAll('t')
      .select('u.username');
  const find = async (id: string): Promise<TeamRow> => {
    const found = isUuid(id) ? await select().where('t.id', '=', id).executeTakeFirst() : undefined;
    if (!found) throw teamNotFound(id);
    return found;
  };
  const show = async (found: readonly TeamRow[]): Promise<TeamDetails[]> => {
    const ids = found.map((team) => team.id);
    const members = await membersOf(db, ids, options.isOnline);
    return found.map((team) => teamDetails(team, members.get(team.id) ?? []));
  };
  const checkName = (typed: string | undefined): string | undefined => {
    if (typed === undefined) return undefined;
    const name = cleanName(typed);
    if (name === undefined) throw refuse(400, 'BadRequest', `'${typed}' cannot be the name of a team.`);
    if (options.isProfane?.(name) === true) {
      throw refuse(400, 'ProfaneTeamName', 'The name holds words that are not allowed here.');
    }
    return name;
  };
  const checkInfo = (typed: string | undefined): string | undefined => {
    if (typed !== undefined && options.isProfane?.(typed) === true) {
      throw refuse(400, 'ProfaneTeamInfo', 'The info holds words that are not allowed here.');
    }
    return typed === undefined ? undefined : plainText(typed);
  };
  const write = (found: TeamRow, caller: User, change: TeamChange) =>
    db.write(function* () {
      yield* updateTeam(db.query, found.id, change);
      if (found.user_id === caller.id) return;
      const detail = { teamId: found.id, before: { name: found.name, info: found.info }, after: change };
      yield* audit(db.query, { actorId: caller.id, action: 'team.change', detail, now: clock() });
    });

  return {
    ...createTeamMembership(db),
    list: async () => show(await select().orderBy('t.created').orderBy('t.id').execute()),
    one: async (id) => {
      const [team] = await show([await find(id)]);
      if (!team) throw teamNotFound(id);
      return team;
    },
    create: async (input, caller) => {
      if (caller.isAnonymous) throw refuse(403, 'AnonForbidden', 'Anonymous users make no teams.');
      if (!caller.isTrusted) throw refuse(403, 'UntrustedTeamCreation', 'Only trusted users make teams.');
      const name = checkName(input.name) ?? '';
      const info = checkInfo(input.info);
      const id = randomUUID();
      const team = { id, ownerId: caller.id, name, info: info ?? null, now: clock() };
      await db.write(() => insertTeam(db.query, team));
      return { id, name, ...(info === undefined ? {} : { info }) };
    },
    change: async (id, input, caller) => {
      const found = await find(id);
      const isAllowed = found.user_id === caller.id || caller.isModerator;
      if (!isAllowed && input.info !== undefined) throw notAllowed('NotOwner');
      if (!isAllowed) throw notAllowed('NotModerator');
      if (input.name === undefined && input.info === undefined) {
        throw refuse(400, 'NoTeamModSelected', 'Nothing to change was sent.');
      }
      const info = checkInfo(input.info);
      const name = checkName(input.name);
      await write(found, caller, { name, info });
      return { id, ...(name === undefined ? {} : { name }), ...(info === undefined ? {} : { info }) };
    },
    remove: async (id, caller) => {
      const found = await find(id);
      const isOwner = found.user_id === caller.id;
      if (!isOwner && !caller.isModerator) throw notAllowed('NotModerator');
      await db.write(function* () {
        yield* deleteTeam(db.query, id);
        if (isOwner) return;
        const detail = { teamId: id, name: found.name, ownerId: found.user_id };
        yield* audit(db.query, { actorId: caller.id, action: 'team.delete', detail, now: clock() });
      });
      return { deleted_id: id, deleted_name: found.name };
    },
    setOpen: async (id, isOpen, caller) => {
      const found = await find(id);
      if (found.user_id !== caller.id && !caller.isModerator) throw notAllowed('NotModerator');
      await write(found, caller, { isOpen });
    },
  };
}

function notAllowed(rc: 'NotOwner' | 'NotModerator'): ProblemError {
  return refuse(403, rc, 'Only the owner of a team and moderators may change it.');
}

function teamDetails(team: TeamRow, members: readonly TeamMember[]): TeamDetails {
  const models = new Map<string, number>();
  for (const model of members.flatMap((member) => member.models)) {
    models.set(model, (models.get(model) ?? 0) + 1);
  }
  return {
    name: team.name,
    id: team.id,
    ...(team.info === null || team.info === '' ? {} : { info: escapeMarkup(team.info) }),
    requests_fulfilled: team.fulfilments,
    kudos: team.kudos_cents / 100,
    uptime: team.uptime_seconds,
    creator: `${team.username}#${team.user_id}`,
    worker_count: members.length,
    workers: members.map(({ type, name, id, online }) => ({ type, name, id, online })),
    models: [...models].map(([name, count]) => ({ name, count })),
  };
}
