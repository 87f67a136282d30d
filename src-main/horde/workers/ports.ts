import type { Query, Work } from '#main/db/work.ts';
import type { User } from '#main/horde/users/index.ts';
import type { WorkerKind } from '#shared/horde/workers/profile.ts';
import type { WorkerMessage } from '#shared/horde/workers/schema.ts';

/** A team as its workers show it. */
export interface TeamName {
  readonly id: string;
  readonly name: string;
}

/** What a worker adds to its team's totals. */
export interface TeamShare {
  readonly workerId: string;
  readonly kind: WorkerKind;
  readonly uptimeSeconds?: number;
  readonly kudosCents?: number;
  readonly fulfilments?: number;
  /** Pixelsteps or tokens. */
  readonly things?: number;
}

/** What workers ask of other features; what is not there is as if it refused and knew nothing. */
export interface WorkerPorts {
  /** Addresses from which nobody may work. */
  readonly addresses?: {
    /**
     * @returns `suspect` where the worker may work, but speaks against itself by where it calls from
     * @throws ProblemError 403 `TimeoutIP` · `TooManyNewIPs` · `UnsafeIP`
     */
    admitWorker(ip: string, owner: User): Promise<'admit' | 'suspect'>;
  };
  /** Names that nobody should have to read. */
  readonly names?: { isProfane(text: string): boolean };
  readonly teams?: {
    /** Teams by the ids of their workers. */
    ofWorkers(workerIds: readonly string[]): Promise<ReadonlyMap<string, TeamName>>;
    /** Runs in the unit that changes the worker. @throws ProblemError 404 `TeamNotFound`, 403 */
    join(query: Query, workerId: string, teamId: string, now: number, mover?: User): Work<TeamName>;
    leave(query: Query, workerId: string): Work<void>;
    /** Runs in the unit that rewards a worker; nothing of a worker without a team. */
    credit(query: Query, share: TeamShare): Work<void>;
  };
  readonly messages?: {
    /** Unexpired messages to each of the workers; none to all. */
    addressedTo(workerIds: readonly string[]): Promise<ReadonlyMap<string, readonly WorkerMessage[]>>;
  };
  /** Points that speak against workers; moderators see them. */
  readonly suspicion?: { ofWorkers(ids: readonly string[]): Promise<ReadonlyMap<string, number>> };
}
