import type { AppDatabase } from '#main/db/database.ts';
import type { User, UsersService } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { PopInput } from '#shared/horde/jobs/schema.ts';
import type { ModifyWorker, ModifyWorkerInput, WorkerDetails } from '#shared/horde/workers/schema.ts';
import { applyChange, changeOf, removeWorker } from './changes.ts';
import { registerWorker, storeCheckIn } from './check-in.ts';
import { detailsOf, speedOf } from './details.ts';
import { type LiveWorker, LiveWorkers, onlineMs } from './live.ts';
import { cleanName, parseProfile, profileOf, type WorkerRow } from './profile.ts';

export interface WorkersService {
  /** Reads the workers that were online before a restart. Call once before the first pop. */
  load(): Promise<void>;
  /** Registers or checks in the worker of a pop. @throws ProblemError of `queue.md` 4.2 */
  checkIn(input: PopInput, owner: User, ip: string): Promise<LiveWorker>;
  /** Counts a worker as offline at once, as if it had been silent for 300 s. It is back with its next pop. */
  leave(name: string): void;
  /** Workers that checked in within 300 s. */
  readonly live: LiveWorkers;
  /** Takes over what a unit wrote into a worker's row. */
  refresh(workerId: string): Promise<void>;
  exists(ids: readonly string[]): Promise<boolean>;
  list(
    filter: { type?: string | undefined; name?: string | undefined },
    viewer: User | undefined,
  ): Promise<WorkerDetails[]>;
  one(id: string, viewer: User | undefined): Promise<WorkerDetails>;
  byName(name: string, viewer: User | undefined): Promise<WorkerDetails>;
  modify(id: string, input: ModifyWorkerInput, caller: User): Promise<ModifyWorker>;
  remove(id: string, caller: User): Promise<{ deleted_id: string; deleted_name: string }>;
}

export interface WorkersOptions {
  readonly db: AppDatabase;
  readonly users: UsersService;
  readonly clock: Clock;
  /** New workers need an invitation. */
  readonly isInviteOnly?: () => boolean;
}

const debounceMs = 30_000;
/** Everybody sees the same public list, so it is made once in that time. */
const listLastsMs = 5_000;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);
const notFound = (id: string) => problem(404, 'WorkerNotFound', `Worker ${id} was not found.`);

/** Workers: rows in the database, the profile of every last pop in memory (`queue.md` 4). */
export function createWorkersService(options: WorkersOptions): WorkersService {
  const { db, users, clock } = options;
  const live = new LiveWorkers(clock);
  const stored = new Map<string, { at: number; profile: string }>();
  let publicList: { at: number; version: number; list: WorkerDetails[] } | undefined;

  const select = () => db.read.selectFrom('horde_workers').selectAll();
  const mustFind = async (id: string): Promise<WorkerRow> => {
    const found = await select().where('id', '=', id).executeTakeFirst();
    if (!found) throw notFound(id);
    return found;
  };
  const isOnline = (found: WorkerRow) => live.get(found.id) !== undefined;
  const ownersOf = (found: readonly WorkerRow[]) => users.byIds([...new Set(found.map((it) => it.user_id))]);
  const refresh = async (id: string): Promise<void> => {
    const before = live.get(id);
    const found = before && (await select().where('id', '=', id).executeTakeFirst());
    if (found) live.set(liveOf(found, before.profile, before.isOwnerTrusted, before.lastCheckIn));
  };
  const show = async (found: readonly WorkerRow[], viewer: User | undefined): Promise<WorkerDetails[]> => {
    const owners = await ownersOf(found);
    return found.map((it) => detailsOf(it, owners.get(it.user_id), viewer, isOnline(it)));
  };
  const showOne = async (found: WorkerRow, viewer: User | undefined): Promise<WorkerDetails> => {
    const [details] = await show([found], viewer);
    if (!details) throw notFound(found.id);
    return details;
  };
  const online = async (viewer: User | undefined): Promise<WorkerDetails[]> => {
    // A check-in is written up to half a minute after it was made.
    const since = clock() - onlineMs - debounceMs;
    const seen = await select().where('last_check_in', '>=', since).orderBy('created').execute();
    return show(
      seen.filter((it) => isOnline(it)),
      viewer,
    );
  };
  const publicOnline = async (): Promise<WorkerDetails[]> => {
    const { version } = live;
    if (publicList?.version === version && clock() - publicList.at < listLastsMs) return publicList.list;
    const list = await online(undefined);
    publicList = { at: clock(), version, list };
    return list;
  };

  return {
    live,
    refresh,
    load: async () => {
      const since = clock() - onlineMs;
      const found = await select().where('last_check_in', '>=', since).execute();
      const owners = await ownersOf(found);
      for (const it of found) {
        const isTrusted = owners.get(it.user_id)?.isTrusted ?? false;
        live.set(liveOf(it, parseProfile(it.profile), isTrusted, it.last_check_in));
      }
    },
    checkIn: async (input, owner, ip) => {
      refuseOwner(owner);
      const name = cleanName(input.name);
      const now = clock();
      const named = await select().where('name_key', '=', name.toLowerCase()).executeTakeFirst();
      if (named && named.user_id !== owner.id) throw wrongOwner();
      const profile = profileOf(input, owner);
      const text = JSON.stringify(profile);
      const isInviteOnly = options.isInviteOnly?.() ?? false;
      const found =
        named ??
        (await db.write(() =>
          registerWorker(db.query, { name, owner, ip, now, profile: text, isInviteOnly }),
        ));
      if (found.user_id !== owner.id) throw wrongOwner();
      const last = stored.get(found.id);
      if (!last || last.profile !== text || now - last.at >= debounceMs) {
        stored.set(found.id, { at: now, profile: text });
        await db.write(() => storeCheckIn(db.query, { id: found.id, now, ip, profile }));
      }
      const worker = liveOf(found, profile, owner.isTrusted, now);
      live.set(worker);
      return worker;
    },
    leave: (name) => {
      const key = cleanName(name).toLowerCase();
      for (const worker of live.all()) if (worker.name.toLowerCase() === key) live.delete(worker.id);
    },
    exists: async (ids) => {
      const wanted = [...new Set(ids)];
      const found = await db.read
        .selectFrom('horde_workers')
        .select('id')
        .where('id', 'in', wanted)
        .execute();
      return found.length === wanted.length;
    },
    list: async ({ name, type }, viewer) => {
      if (name === undefined && type !== undefined && type !== 'image') return [];
      if (name === undefined) return viewer === undefined ? publicOnline() : online(viewer);
      const found = await select().where('name_key', '=', name.toLowerCase()).execute();
      return show(
        found.filter((it) => isOnline(it)),
        viewer,
      );
    },
    one: async (id, viewer) => showOne(await mustFind(id), viewer),
    byName: async (name, viewer) => {
      const found = await select().where('name', '=', name).executeTakeFirst();
      if (!found) throw notFound(name);
      return showOne(found, viewer);
    },
    modify: async (id, input, caller) => {
      const found = await mustFind(id);
      const change = changeOf(found, input, caller);
      await db.write(() => applyChange(db.query, id, change));
      await refresh(id);
      publicList = undefined;
      return {
        ...(input.maintenance === undefined ? {} : { maintenance: input.maintenance }),
        ...(input.info === undefined ? {} : { info: input.info }),
        ...(input.paused === undefined ? {} : { paused: input.paused }),
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(input.team === undefined ? {} : { team: 'None' }),
      };
    },
    remove: async (id, caller) => {
      const found = await mustFind(id);
      if (found.user_id !== caller.id && !caller.isModerator) {
        throw problem(403, 'NotModerator', 'Only the owner and moderators may delete a worker.');
      }
      if (caller.isAnonymous) throw problem(403, 'AnonForbiddenWorker', 'Anonymous users have no workers.');
      await db.write(() => removeWorker(db.query, id));
      live.delete(id);
      stored.delete(id);
      return { deleted_id: id, deleted_name: found.name };
    },
  };
}

/** In the order of `queue.md` 4.2, before the worker is looked up. */
function refuseOwner(owner: User): void {
  if (owner.isDeleted) throw problem(403, 'DeletedUser', 'This account is being deleted.');
  if (owner.isFlagged) throw problem(403, 'WorkerFlaggedMaintenance', 'This account is flagged.');
  if (owner.isAnonymous) throw problem(403, 'AnonForbiddenWorker', 'Anonymous users cannot run workers.');
}

function wrongOwner(): ProblemError {
  const text = 'This worker belongs to somebody else: wrong credentials to work under its name.';
  return problem(403, 'WrongCredentials', text);
}

function liveOf(
  found: WorkerRow,
  profile: LiveWorker['profile'],
  isOwnerTrusted: boolean,
  lastCheckIn: number,
): LiveWorker {
  return {
    id: found.id,
    name: found.name,
    ownerId: found.user_id,
    isOwnerTrusted,
    isInMaintenance: found.maintenance === 1,
    isPaused: found.paused === 1,
    maintenanceMessage: found.maintenance_msg,
    speed: speedOf(found.samples),
    profile,
    lastCheckIn,
  };
}
