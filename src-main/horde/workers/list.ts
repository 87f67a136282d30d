import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppDatabase } from '#main/db/database.ts';
import type { User, UsersService } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { type WorkerKind, workerKinds } from '#shared/horde/workers/profile.ts';
import type { WorkerDetails } from '#shared/horde/workers/schema.ts';
import { detailsOf } from './details.ts';
import type { WorkerRow } from './kinds.ts';
import type { WorkerPorts } from './ports.ts';

interface Online {
  readonly version: number;
  all(): Iterable<{ readonly id: string }>;
}

export interface WorkerListOptions extends Pick<WorkerPorts, 'teams' | 'messages' | 'suspicion'> {
  readonly db: Pick<AppDatabase, 'read'>;
  readonly users: Pick<UsersService, 'byIds'>;
  readonly clock: Clock;
  readonly live: Readonly<Record<WorkerKind, Online>>;
  readonly isOnline: (id: string) => boolean;
}

export interface WorkerList {
  /** Online workers; with a name only that one counts, whatever its type (`api.md` 5.8). */
  online(
    filter: { type?: string | undefined; name?: string | undefined },
    viewer: User | undefined,
  ): Promise<WorkerDetails[]>;
  show(found: WorkerRow, viewer: User | undefined): Promise<WorkerDetails>;
  /** Something changed that no version tells. */
  forget(): void;
}

/** Everybody sees the same public list, so it is made once in that time. */
const listLastsMs = 5_000;
/** Workers that are read and shown in one go: with thousands of them others have to get their turn in between. */
const pageSize = 100;

/** What is shown of workers to whom. */
export function createWorkerList(options: WorkerListOptions): WorkerList {
  const { db, users, clock, live } = options;
  let kept: { at: number; version: string; list: Promise<WorkerDetails[]> } | undefined;
  const versions = () => `${live.image.version} ${live.text.version} ${live.interrogation.version}`;
  const select = () => db.read.selectFrom('horde_workers').selectAll();

  const showAll = async (found: readonly WorkerRow[], viewer: User | undefined): Promise<WorkerDetails[]> => {
    const ids = found.map((it) => it.id);
    const isForOwners = viewer !== undefined && ids.length > 0;
    const [owners, teams, messages, suspicions] = await Promise.all([
      users.byIds([...new Set(found.map((it) => it.user_id))]),
      ids.length > 0 ? options.teams?.ofWorkers(ids) : undefined,
      isForOwners ? options.messages?.addressedTo(ids) : undefined,
      isForOwners ? options.suspicion?.ofWorkers(ids) : undefined,
    ]);
    return found.map((it) =>
      detailsOf(it, {
        owner: owners.get(it.user_id),
        viewer,
        isOnline: options.isOnline(it.id),
        team: teams?.get(it.id),
        messages: messages?.get(it.id) ?? [],
        suspicions: suspicions?.get(it.id) ?? 0,
      }),
    );
  };
  const readOnline = async (viewer: User | undefined): Promise<WorkerDetails[]> => {
    const ids = workerKinds.flatMap((kind) => Array.from(live[kind].all(), ({ id }) => id));
    const shown: Array<{ created: number; details: WorkerDetails }> = [];
    for (let at = 0; at < ids.length; at += pageSize) {
      if (at > 0) await nextTurn();
      const found = await select()
        .where('id', 'in', ids.slice(at, at + pageSize))
        .execute();
      const page = found.filter((it) => options.isOnline(it.id));
      const details = await showAll(page, viewer);
      for (const [index, worker] of details.entries()) {
        shown.push({ created: page[index]?.created ?? 0, details: worker });
      }
    }
    shown.sort((a, b) => a.created - b.created || (a.details.id < b.details.id ? -1 : 1));
    return shown.map(({ details }) => details);
  };
  const publicOnline = (): Promise<WorkerDetails[]> => {
    const version = versions();
    if (kept?.version === version && clock() - kept.at < listLastsMs) return kept.list;
    const list = readOnline(undefined);
    const mine = { at: clock(), version, list };
    kept = mine;
    list.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return list;
  };

  return {
    online: async ({ name, type }, viewer) => {
      if (name !== undefined) {
        const found = await select().where('name_key', '=', name.toLowerCase()).execute();
        return showAll(
          found.filter((it) => options.isOnline(it.id)),
          viewer,
        );
      }
      const all = viewer === undefined ? await publicOnline() : await readOnline(viewer);
      return type === undefined ? all : all.filter((worker) => worker.type === type);
    },
    show: async (found, viewer) => {
      const [details] = await showAll([found], viewer);
      if (!details) throw new Error(`worker ${found.id} is not shown`);
      return details;
    },
    forget: () => {
      kept = undefined;
    },
  };
}
