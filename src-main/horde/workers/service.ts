import type { AppDatabase } from '#main/db/database.ts';
import { prepared } from '#main/db/prepared.ts';
import type { User, UsersService } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { type WorkerKind, workerKinds } from '#shared/horde/workers/profile.ts';
import type { ModifyWorker, ModifyWorkerInput, WorkerDetails } from '#shared/horde/workers/schema.ts';
import { applyChange, changeOf, changeTeam, removeWorker, type WorkerKeeper } from './changes.ts';
import { defaultCaps, registerWorker, storeCheckIn, type WorkerCaps } from './check-in.ts';
import { kinds, liveOf, type Offers, storedProfile, type WorkerRow } from './kinds.ts';
import { createWorkerList } from './list.ts';
import { type AnyLiveWorker, type LiveWorker, LiveWorkers, onlineMs } from './live.ts';
import type { WorkerPorts } from './ports.ts';
import { cleanName } from './profile.ts';

/** The online workers of each kind. */
export type LiveByKind = { readonly [K in WorkerKind]: LiveWorkers<K> };

/** Where a pop comes from. */
export interface WorkerOrigin {
  readonly ip: string;
  readonly isLocal: boolean;
}

export interface WorkersService {
  /** Reads the workers that were online before a restart. Call once before the first pop. */
  load(): Promise<void>;
  /** Registers or checks in the worker of a pop. @throws ProblemError of `queue.md` 4.2 */
  checkIn<K extends WorkerKind>(
    kind: K,
    input: Offers[K],
    owner: User,
    from: WorkerOrigin,
  ): Promise<LiveWorker<K>>;
  /** Counts a worker as offline at once, as if it had been silent for 300 s. It is back with its next pop. */
  leave(name: string): void;
  /** Workers that checked in within 300 s. */
  readonly live: LiveByKind;
  /** An online worker of whatever kind. */
  online(workerId: string): AnyLiveWorker | undefined;
  /** Takes over what a unit wrote into a worker's row. */
  refresh(workerId: string): Promise<void>;
  /** Takes over what was changed of an account: trust counts at once for its workers. */
  refreshOwner(userId: number): Promise<void>;
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

export interface WorkersOptions extends WorkerPorts {
  readonly db: AppDatabase;
  readonly users: UsersService;
  readonly clock: Clock;
  /** New workers need an invitation. */
  readonly isInviteOnly?: () => boolean;
  readonly caps?: () => WorkerCaps;
  /** What beside image and text jobs keeps a worker from being deleted. */
  readonly keepers?: readonly WorkerKeeper[];
}

const debounceMs = 30_000;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);
const notFound = (id: string) => problem(404, 'WorkerNotFound', `Worker ${id} was not found.`);

const workerById = prepared((query, { id }: { id: string }) =>
  query.selectFrom('horde_workers').selectAll().where('id', '=', id),
);
const workerByName = prepared((query, { key }: { key: string }) =>
  query.selectFrom('horde_workers').selectAll().where('name_key', '=', key),
);

/** Workers: rows in the database, the profile of every last pop in memory (`queue.md` 4). */
export function createWorkersService(options: WorkersOptions): WorkersService {
  const { db, users, clock } = options;
  const live = createLive(clock);
  const stored = new Map<string, { at: number; profile: string }>();
  const select = () => db.read.selectFrom('horde_workers').selectAll();
  const online = (id: string): AnyLiveWorker | undefined =>
    live.image.get(id) ?? live.text.get(id) ?? live.interrogation.get(id);
  const list = createWorkerList({ ...options, live, isOnline: (id) => online(id) !== undefined });

  const enter = <K extends WorkerKind>(
    kind: K,
    found: WorkerRow,
    seen: Pick<LiveWorker<K>, 'profile' | 'isOwnerTrusted' | 'lastCheckIn'>,
  ): LiveWorker<K> => {
    const worker = liveOf(kind, found, seen);
    live[kind].set(worker);
    return worker;
  };
  const again = <K extends WorkerKind>(kind: K, found: WorkerRow, isOwnerTrusted?: boolean): void => {
    const before = live[kind].get(found.id);
    if (before) enter(kind, found, { ...before, isOwnerTrusted: isOwnerTrusted ?? before.isOwnerTrusted });
  };
  const mustFind = async (id: string): Promise<WorkerRow> => {
    const [found] = await db.select(workerById(db.query, { id }));
    if (!found) throw notFound(id);
    return found;
  };
  const refresh = async (id: string): Promise<void> => {
    const found = online(id) && (await db.select(workerById(db.query, { id })))[0];
    if (found) again(found.kind, found);
  };
  const refreshOwner = async (userId: number): Promise<void> => {
    const owner = (await users.byIds([userId])).get(userId);
    const owned = await select().where('user_id', '=', userId).execute();
    for (const found of owned) again(found.kind, found, owner?.isTrusted ?? false);
    list.forget();
  };
  /** In the order of `queue.md` 4.2: what the name says before where the pop comes from. */
  const admit = async (kind: WorkerKind, name: string, owner: User, from: WorkerOrigin) => {
    const [named] = await db.select(workerByName(db.query, { key: name.toLowerCase() }));
    if (named && named.kind !== kind) throw nameConflict(named);
    const verdict = await options.addresses?.admitWorker(from.ip, owner);
    return { named, isSuspect: verdict === 'suspect' };
  };
  const register = async <K extends WorkerKind>(
    kind: K,
    input: Offers[K],
    owner: User,
    from: WorkerOrigin & { name: string },
  ): Promise<WorkerRow> => {
    refuseProfane(options.names, from.name, input.bridge_agent);
    const isInviteOnly = options.isInviteOnly?.() ?? false;
    const caps = options.caps?.() ?? defaultCaps;
    const profile = JSON.stringify(kinds[kind].profileOf(input, owner));
    const typed = input.name;
    const made = { ...from, typed, kind, owner, now: clock(), profile, isInviteOnly, caps };
    const found = await db.write(() => registerWorker(db.query, made));
    // Somebody else may have taken the name in the meantime.
    if (found.kind !== kind) throw nameConflict(found);
    return found;
  };

  return {
    live,
    online,
    refresh,
    refreshOwner,
    load: async () => {
      const since = clock() - onlineMs;
      const found = await select().where('last_check_in', '>=', since).execute();
      const owners = await users.byIds([...new Set(found.map((it) => it.user_id))]);
      for (const it of found) {
        const isOwnerTrusted = owners.get(it.user_id)?.isTrusted ?? false;
        const profile = storedProfile(it.kind, it);
        enter(it.kind, it, { profile, isOwnerTrusted, lastCheckIn: it.last_check_in });
      }
    },
    checkIn: async (kind, input, owner, from) => {
      refuseOwner(owner);
      const name = cleanName(input.name);
      const { named, isSuspect } = await admit(kind, name, owner, from);
      if (named && named.user_id !== owner.id) throw wrongOwner();
      const profile = kinds[kind].profileOf(input, owner);
      const found = named ?? (await register(kind, input, owner, { ...from, name }));
      if (found.user_id !== owner.id) throw wrongOwner();
      const now = clock();
      const text = JSON.stringify(profile);
      const last = stored.get(found.id);
      if (!last || last.profile !== text || now - last.at >= debounceMs) {
        stored.set(found.id, { at: now, profile: text });
        const isOwnerTrusted = owner.isTrusted;
        const checkIn = { kind, id: found.id, isOwnerTrusted, isSuspect, now, ip: from.ip, profile };
        const { isPromoted } = await db.write(() => storeCheckIn(db.query, checkIn, options));
        if (isPromoted) await refreshOwner(owner.id);
      }
      return enter(kind, found, { profile, isOwnerTrusted: owner.isTrusted, lastCheckIn: now });
    },
    leave: (name) => {
      const key = cleanName(name).toLowerCase();
      for (const kind of workerKinds) {
        for (const worker of live[kind].all()) {
          if (worker.name.toLowerCase() === key) live[kind].delete(worker.id);
        }
      }
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
    list: (filter, viewer) => list.online(filter, viewer),
    one: async (id, viewer) => list.show(await mustFind(id), viewer),
    byName: async (name, viewer) => {
      const found = await select().where('name', '=', name).executeTakeFirst();
      if (!found) throw notFound(name);
      return list.show(found, viewer);
    },
    modify: async (id, input, caller) => {
      const found = await mustFind(id);
      const change = changeOf(found, input, caller, (text) => options.names?.isProfane(text) ?? false);
      const move =
        input.team === undefined
          ? undefined
          : { workerId: id, teamId: input.team, mover: caller, now: clock() };
      const team = await db.write(function* () {
        yield* applyChange(db.query, id, change);
        return move && (yield* changeTeam(db.query, move, options.teams));
      });
      await refresh(id);
      list.forget();
      return {
        ...(input.maintenance === undefined ? {} : { maintenance: input.maintenance }),
        ...(input.info === undefined ? {} : { info: input.info }),
        ...(input.paused === undefined ? {} : { paused: input.paused }),
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(team === undefined ? {} : { team }),
      };
    },
    remove: async (id, caller) => {
      const found = await mustFind(id);
      if (found.user_id !== caller.id && !caller.isModerator) {
        throw problem(403, 'NotModerator', 'Only the owner and moderators may delete a worker.');
      }
      if (caller.isAnonymous) throw problem(403, 'AnonForbiddenWorker', 'Anonymous users have no workers.');
      await db.write(() => removeWorker(db.query, id, options.keepers));
      live[found.kind].delete(id);
      stored.delete(id);
      list.forget();
      return { deleted_id: id, deleted_name: found.name };
    },
  };
}

function createLive(clock: Clock): LiveByKind {
  const of = <K extends WorkerKind>(kind: K) =>
    new LiveWorkers<K>(clock, (profile) => kinds[kind].offersOf(profile));
  return { image: of('image'), text: of('text'), interrogation: of('interrogation') };
}

/** In the order of `queue.md` 4.2, before the worker is looked up. */
function refuseOwner(owner: User): void {
  if (owner.isDeleted) throw problem(403, 'DeletedUser', 'This account is being deleted.');
  if (owner.isFlagged) throw problem(403, 'WorkerFlaggedMaintenance', 'This account is flagged.');
  if (owner.isAnonymous) throw problem(403, 'AnonForbiddenWorker', 'Anonymous users cannot run workers.');
}

function refuseProfane(names: WorkerPorts['names'], name: string, agent: string | undefined): void {
  if (names?.isProfane(name) === true) throw problem(400, 'ProfaneWorkerName', 'The name is profane.');
  if (names?.isProfane(agent ?? '') === true) {
    throw problem(400, 'ProfaneBridgeAgent', 'The bridge agent is profane.');
  }
}

function nameConflict({ name, kind }: WorkerRow): ProblemError {
  const text = `The name '${name}' is that of a worker of the kind ${kind}. Choose another one.`;
  return problem(400, 'PolymorphicNameConflict', text);
}

function wrongOwner(): ProblemError {
  const text = 'This worker belongs to somebody else: wrong credentials to work under its name.';
  return problem(403, 'WrongCredentials', text);
}
