import type { Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { HordeBannedAgentTable } from '#main/db/tables/horde-moderation.ts';
import { run } from '#main/db/work.ts';
import { audit } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { agentOf } from '#shared/horde/common/agent.ts';

/** An agent that is not served: as it stands, or whatever begins with it up to the first colon (CLA-01). */
export type BannedAgent = Pick<Selectable<HordeBannedAgentTable>, 'agent' | 'match'>;

export interface AgentsService {
  load(): Promise<void>;
  /** @throws ProblemError 403 `BannedClientAgent` */
  refuse(clientAgent: string): void;
  list(): BannedAgent[];
  ban(banned: BannedAgent, actorId: number): Promise<void>;
  lift(banned: BannedAgent, actorId: number): Promise<void>;
}

/** Client agents that moderators do not serve; none to begin with. An agent is self-declared and proves nothing. */
export function createAgentsService({
  db,
  clock,
}: {
  readonly db: AppDatabase;
  readonly clock: Clock;
}): AgentsService {
  const exact = new Set<string>();
  const names = new Set<string>();
  const setOf = ({ match }: BannedAgent) => (match === 'exact' ? exact : names);
  const cleaned = ({ agent, match }: BannedAgent): BannedAgent => {
    const clean = agentOf(agent);
    return { match, agent: match === 'exact' ? clean : nameOf(clean) };
  };
  return {
    load: async () => {
      exact.clear();
      names.clear();
      for (const banned of await db.read.selectFrom('horde_banned_agents').selectAll().execute()) {
        setOf(banned).add(banned.agent);
      }
    },
    refuse: (clientAgent) => {
      if (exact.size === 0 && names.size === 0) return;
      const agent = agentOf(clientAgent);
      if (!exact.has(agent) && !names.has(nameOf(agent))) return;
      throw new ProblemError(403, 'BannedClientAgent', 'This client may not be used with this horde.');
    },
    list: () => [
      ...[...exact].map((agent): BannedAgent => ({ agent, match: 'exact' })),
      ...[...names].map((agent): BannedAgent => ({ agent, match: 'prefix' })),
    ],
    ban: async (banned, actorId) => {
      const row = cleaned(banned);
      const now = clock();
      await db.write(function* () {
        yield* run(
          db.query
            .insertInto('horde_banned_agents')
            .values({ ...row, created: now })
            .onConflict((conflict) => conflict.columns(['agent', 'match']).doNothing()),
        );
        yield* audit(db.query, { actorId, action: 'agent.ban', detail: { ...row }, now });
      });
      setOf(row).add(row.agent);
    },
    lift: async (banned, actorId) => {
      const row = cleaned(banned);
      await db.write(function* () {
        yield* run(
          db.query
            .deleteFrom('horde_banned_agents')
            .where('agent', '=', row.agent)
            .where('match', '=', row.match),
        );
        yield* audit(db.query, { actorId, action: 'agent.lift', detail: { ...row }, now: clock() });
      });
      setOf(row).delete(row.agent);
    },
  };
}

/** What comes before the first colon: the program without its version and contact. */
function nameOf(agent: string): string {
  const [name = ''] = agent.split(':');
  return name;
}
