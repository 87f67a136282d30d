import type { AppDatabase } from '#main/db/database.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { isUuid } from '#shared/horde/common/uuid.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';
import { teamNotFound } from './units.ts';

/** A team as its workers show it. */
export interface TeamName {
  readonly id: string;
  readonly name: string;
}

/** Who moves a worker. */
export interface TeamMover {
  readonly id: number;
  readonly isModerator: boolean;
}

/** What a member adds to its team's totals. */
export interface TeamShare {
  readonly workerId: string;
  readonly kind: WorkerKind;
  readonly uptimeSeconds?: number;
  readonly kudosCents?: number;
  readonly fulfilments?: number;
  readonly things?: number;
}

/** What workers do with teams; the writes run in units of theirs. */
export interface TeamMembership {
  exists(id: string): Promise<boolean>;
  /** Teams by the ids of their workers. */
  ofWorkers(workerIds: readonly string[]): Promise<ReadonlyMap<string, TeamName>>;
  /**
   * Moves a worker into a team and out of its former one. Into a closed team only the team's owner and
   * moderators move one; without a mover it is the worker's owner.
   * @throws ProblemError 404 `TeamNotFound` · 403 `NotModerator`
   */
  join(query: Query, workerId: string, teamId: string, now: number, mover?: TeamMover): Work<TeamName>;
  leave(query: Query, workerId: string): Work<void>;
  /**
   * Adds what a worker did to its team, if it is in one: 600 s an uptime reward of any worker, and the jobs
   * of image workers (TEA-01). Leaving takes nothing back.
   */
  credit(query: Query, share: TeamShare): Work<void>;
}

export function createTeamMembership(db: AppDatabase): TeamMembership {
  return {
    exists: async (id) => {
      const found = db.read.selectFrom('horde_teams').select('id').where('id', '=', id);
      return isUuid(id) && (await found.executeTakeFirst()) !== undefined;
    },
    ofWorkers: async (workerIds) => {
      if (workerIds.length === 0) return new Map();
      const found = await db.read
        .selectFrom('horde_team_members as m')
        .innerJoin('horde_teams as t', 't.id', 'm.team_id')
        .select(['m.worker_id', 't.id', 't.name'])
        .where('m.worker_id', 'in', workerIds)
        .execute();
      return new Map(found.map(({ worker_id, id, name }) => [worker_id, { id, name }]));
    },
    join: joinTeam,
    *leave(query, workerId) {
      yield* run(query.deleteFrom('horde_team_members').where('worker_id', '=', workerId));
    },
    credit: creditTeam,
  };
}

function* joinTeam(
  query: Query,
  workerId: string,
  teamId: string,
  now: number,
  mover?: TeamMover,
): Work<TeamName> {
  const team = isUuid(teamId)
    ? yield* row(
        query.selectFrom('horde_teams').select(['id', 'name', 'user_id', 'is_open']).where('id', '=', teamId),
      )
    : undefined;
  if (!team) throw teamNotFound(teamId);
  if (team.is_open === 0 && mover?.isModerator !== true) {
    const moverId = mover?.id ?? (yield* ownerOf(query, workerId));
    if (moverId !== team.user_id) {
      throw new ProblemError(403, 'NotModerator', 'Only its owner and moderators add workers to this team.');
    }
  }
  yield* run(
    query
      .insertInto('horde_team_members')
      .values({ worker_id: workerId, team_id: teamId, joined: now })
      .onConflict((conflict) => conflict.column('worker_id').doUpdateSet({ team_id: teamId, joined: now })),
  );
  return { id: team.id, name: team.name };
}

function* ownerOf(query: Query, workerId: string): Work<number | undefined> {
  const worker = yield* row(query.selectFrom('horde_workers').select('user_id').where('id', '=', workerId));
  return worker?.user_id;
}

function* creditTeam(query: Query, share: TeamShare): Work<void> {
  const member = yield* row(
    query.selectFrom('horde_team_members').select('team_id').where('worker_id', '=', share.workerId),
  );
  if (!member) return;
  const seconds = Math.round(share.uptimeSeconds ?? 0);
  const isJob = share.kind === 'image' && (share.fulfilments ?? 0) > 0;
  if (seconds === 0 && !isJob) return;
  yield* run(
    query
      .updateTable('horde_teams')
      .set((e) => ({
        uptime_seconds: e('uptime_seconds', '+', seconds),
        fulfilments: e('fulfilments', '+', isJob ? (share.fulfilments ?? 0) : 0),
        kudos_cents: e('kudos_cents', '+', isJob ? (share.kudosCents ?? 0) : 0),
        pixelsteps: e('pixelsteps', '+', isJob ? Math.round(share.things ?? 0) : 0),
      }))
      .where('id', '=', member.team_id),
  );
}
