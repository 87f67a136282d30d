import { type Query, row, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';

export interface NewTeam {
  readonly id: string;
  readonly ownerId: number;
  readonly name: string;
  readonly info: string | null;
  readonly now: number;
}

/** @throws ProblemError 400 `TeamNameAlreadyExists` */
export function* insertTeam(query: Query, team: NewTeam): Work<void> {
  yield* refuseTakenName(query, team.id, team.name);
  yield* run(
    query.insertInto('horde_teams').values({
      id: team.id,
      user_id: team.ownerId,
      name: team.name,
      name_key: team.name.toLowerCase(),
      info: team.info,
      is_open: 1,
      created: team.now,
    }),
  );
}

/** What changes of a team; what is undefined stays. */
export interface TeamChange {
  readonly name?: string | undefined;
  readonly info?: string | undefined;
  readonly isOpen?: boolean | undefined;
}

/** @throws ProblemError 400 `TeamNameAlreadyExists` · 404 `TeamNotFound` */
export function* updateTeam(query: Query, id: string, change: TeamChange): Work<void> {
  const { name, info, isOpen } = change;
  if (name !== undefined) yield* refuseTakenName(query, id, name);
  const columns = {
    ...(name === undefined ? {} : { name, name_key: name.toLowerCase() }),
    ...(info === undefined ? {} : { info }),
    ...(isOpen === undefined ? {} : { is_open: isOpen ? 1 : 0 }),
  };
  const changed = yield* run(query.updateTable('horde_teams').set(columns).where('id', '=', id));
  if (changed === 0) throw teamNotFound(id);
}

function* refuseTakenName(query: Query, id: string, name: string): Work<void> {
  const taken = yield* row(
    query
      .selectFrom('horde_teams')
      .select('id')
      .where('name_key', '=', name.toLowerCase())
      .where('id', '!=', id),
  );
  if (taken) throw new ProblemError(400, 'TeamNameAlreadyExists', `There is a team '${name}' already.`);
}

/** Its workers are then in no team; what they did stays theirs. @throws ProblemError 404 `TeamNotFound` */
export function* deleteTeam(query: Query, id: string): Work<void> {
  const deleted = yield* run(query.deleteFrom('horde_teams').where('id', '=', id));
  if (deleted === 0) throw teamNotFound(id);
}

/** Deletes the teams of an account that is wiped (ACC-54). */
export function* deleteTeamsOf(query: Query, userId: number): Work<void> {
  yield* run(query.deleteFrom('horde_teams').where('user_id', '=', userId));
}

export function teamNotFound(id: string): ProblemError {
  return new ProblemError(404, 'TeamNotFound', `Team ${id} was not found.`);
}
