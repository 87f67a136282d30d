import type { User } from '#main/horde/users/index.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';
import type { WorkerDetails, WorkerMessage } from '#shared/horde/workers/schema.ts';
import { kinds, speedOf, storedProfile, type WorkerRow } from './kinds.ts';
import type { TeamName } from './ports.ts';

/** What a worker's details take from elsewhere. */
export interface DetailsContext {
  readonly owner: User | undefined;
  readonly viewer: User | undefined;
  readonly isOnline: boolean;
  readonly team: TeamName | undefined;
  readonly messages: readonly WorkerMessage[];
  readonly suspicions: number;
}

/** A worker as the viewer may see it (`api.md` 3.4). */
export function detailsOf(worker: WorkerRow, context: DetailsContext): WorkerDetails {
  const { owner, viewer, team } = context;
  const isStaff = viewer?.isModerator ?? false;
  const isPrivileged = isStaff || (viewer?.id === worker.user_id && !viewer.isAnonymous);
  return {
    type: worker.kind,
    name: worker.name,
    id: worker.id,
    online: context.isOnline,
    requests_fulfilled: worker.fulfilments,
    uncompleted_jobs: worker.uncompleted,
    kudos_rewards: (worker.reward_cents + worker.uptime_cents) / 100,
    kudos_details: {
      // Alchemists log what they earn by jobs under a name that the API does not show.
      generated: worker.kind === 'interrogation' ? null : worker.reward_cents / 100,
      uptime: Math.trunc(worker.uptime_cents / 100),
    },
    uptime: Math.floor(worker.uptime / 1000),
    // A flag of the owner stands over the worker's own switch (FLG-03).
    maintenance_mode: worker.maintenance === 1 || (owner?.isFlagged ?? false),
    ...(worker.info === null || worker.info === '' ? {} : { info: escaped(worker.info) }),
    trusted: owner?.isTrusted ?? false,
    flagged: owner?.isFlagged ?? false,
    team: { name: team?.name ?? null, id: team?.id ?? null },
    ...ofKind(worker.kind, worker),
    ...(owner && (isPrivileged || owner.hasPublicWorkers) ? { owner: owner.alias } : {}),
    ...(isPrivileged && context.messages.length > 0 ? { messages: [...context.messages] } : {}),
    ...(isPrivileged ? { ipaddr: worker.ip } : {}),
    ...(isPrivileged && owner?.contact !== undefined ? { contact: owner.contact } : {}),
    ...(isStaff ? { paused: worker.paused === 1, suspicious: context.suspicions } : {}),
  };
}

function ofKind<K extends WorkerKind>(kind: K, worker: WorkerRow) {
  const profile = storedProfile(kind, worker);
  return {
    ...kinds[kind].detailsOf(profile, worker),
    performance: kinds[kind].performance(speedOf(worker)),
    threads: profile.threads,
    bridge_agent: profile.bridgeAgent,
  };
}

/** Third-party pages put this text into their markup (ACC-43). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
