import type { AppDatabase } from '#main/db/database.ts';
import type { TeamWorker } from '#shared/horde/teams/schema.ts';

/** A worker as its team shows it. */
export interface TeamMember extends TeamWorker {
  readonly models: readonly string[];
}

/** The workers of teams by the teams' ids, in the order in which they joined; offline ones included. */
export async function membersOf(
  db: AppDatabase,
  teamIds: readonly string[],
  isOnline: (workerId: string) => boolean,
): Promise<ReadonlyMap<string, TeamMember[]>> {
  if (teamIds.length === 0) return new Map();
  const found = await db.read
    .selectFrom('horde_team_members as m')
    .innerJoin('horde_workers as w', 'w.id', 'm.worker_id')
    .select(['m.team_id', 'w.id', 'w.name', 'w.kind', 'w.profile'])
    .where('m.team_id', 'in', teamIds)
    .orderBy('m.joined')
    .orderBy('w.id')
    .execute();
  const members = new Map<string, TeamMember[]>(teamIds.map((id) => [id, []]));
  for (const { team_id, id, name, kind, profile } of found) {
    members
      .get(team_id)
      ?.push({ type: kind, name, id, online: isOnline(id), models: offeredModels(profile) });
  }
  return members;
}

function offeredModels(profile: string): readonly string[] {
  // Only the worker's check-in writes this column; alchemists have no models.
  const { models = [] } = JSON.parse(profile) as { models?: readonly string[] };
  return models;
}
