import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import { row, run, type Work } from '#main/db/work.ts';
import type { User, UsersService } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { MatchingWorker } from '#shared/horde/jobs/match.ts';
import type { PopInput } from '#shared/horde/jobs/schema.ts';
import type { ModifyWorker, ModifyWorkerInput, WorkerDetails } from '#shared/horde/workers/schema.ts';
import { detailsOf, speedOf } from './details.ts';
import { cleanName, parseProfile, profileOf, type WorkerRow } from './profile.ts';

/** A worker seen in the last five minutes. */
export interface LiveWorker extends MatchingWorker {
  readonly name: string;
  readonly lastCheckIn: number;
  readonly maintenanceMessage: string | null;
}

export interface WorkersService {
  /** Reads the workers that were online before a restart. Call once before the first pop. */
  load(): Promise<void>;
  /** Registers or checks in the worker of a pop. @throws ProblemError of `queue.md` 4.2 */
  checkIn(input: PopInput, owner: User, ip: string): Promise<LiveWorker>;
  /** Workers that checked in within 300 s. */
  online(): readonly LiveWorker[];
  /** Grows whenever a capability changes: what was concluded from workers before is stale. */
  version(): number;
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

const onlineMs = 300_000;
const debounceMs = 30_000;
const standardMessage = 'This worker is in maintenance.';

export interface WorkersOptions {
  readonly db: AppDatabase;
  readonly users: UsersService;
  readonly clock: Clock;
}

const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);
const notFound = (id: string) => problem(404, 'WorkerNotFound', `Worker ${id} was not found.`);

/** Workers: rows in the database, the profile of every last pop in memory (`queue.md` 4). */
export function createWorkersService({ db, users, clock }: WorkersOptions): WorkersService {
  const live = new Map<string, LiveWorker>();
  const stored = new Map<string, { at: number; profile: string }>();
  let version = 0;

  const find = (id: string) =>
    db.read.selectFrom('horde_workers').selectAll().where('id', '=', id).executeTakeFirst();
  const mustFind = async (id: string): Promise<WorkerRow> => {
    const found = await find(id);
    if (!found) throw notFound(id);
    return found;
  };
  const show = async (found: WorkerRow, viewer: User | undefined): Promise<WorkerDetails> =>
    detailsOf(found, await users.byId(found.user_id), viewer, clock() - lastSeen(found) <= onlineMs);
  const lastSeen = (found: WorkerRow) => live.get(found.id)?.lastCheckIn ?? found.last_check_in;
  const setLive = (worker: LiveWorker) => {
    const before = live.get(worker.id);
    live.set(worker.id, worker);
    if (!before || capabilitiesOf(before) !== capabilitiesOf(worker)) version += 1;
  };
  const online = () => {
    for (const [id, worker] of live) if (clock() - worker.lastCheckIn > onlineMs) live.delete(id);
    return [...live.values()];
  };

  return {
    online,
    version: () => version,
    load: async () => {
      const since = clock() - onlineMs;
      const found = await db.read
        .selectFrom('horde_workers')
        .selectAll()
        .where('last_check_in', '>=', since)
        .execute();
      for (const it of found) {
        setLive(
          liveOf(
            it,
            parseProfile(it.profile),
            (await users.byId(it.user_id))?.isTrusted ?? false,
            it.last_check_in,
          ),
        );
      }
    },
    checkIn: async (input, owner, ip) => {
      if (owner.isDeleted) throw problem(403, 'DeletedUser', 'This account is being deleted.');
      if (owner.isFlagged) throw problem(403, 'WorkerFlaggedMaintenance', 'This account is flagged.');
      if (owner.isAnonymous) throw problem(403, 'AnonForbiddenWorker', 'Anonymous users cannot run workers.');
      const name = cleanName(input.name);
      const profile = profileOf(input);
      if (profile.models.length === 0) throw problem(400, 'BadRequest', 'The worker offers no models.');
      const now = clock();
      const text = JSON.stringify(profile);
      let found = await db.read
        .selectFrom('horde_workers')
        .selectAll()
        .where('name_key', '=', name.toLowerCase())
        .executeTakeFirst();
      found ??= await db.write(() => register(db, { name, owner, ip, now, profile: text }));
      if (found.user_id !== owner.id) {
        throw problem(403, 'WrongCredentials', 'This worker belongs to somebody else.');
      }
      const last = stored.get(found.id);
      const { id, last_check_in: before } = found;
      if (!last || last.profile !== text || now - last.at >= debounceMs) {
        const isOnline = now - before <= onlineMs && found.maintenance === 0 && found.paused === 0;
        await db.write(() =>
          run(
            db.query
              .updateTable('horde_workers')
              .set((e) => ({
                last_check_in: now,
                profile: text,
                ip,
                uptime: e('uptime', '+', isOnline ? now - before : 0),
              }))
              .where('id', '=', id),
          ),
        );
        stored.set(id, { at: now, profile: text });
      }
      const worker = liveOf(found, profile, owner.isTrusted, now);
      setLive(worker);
      return worker;
    },
    refresh: async (id) => {
      const [found, before] = [await find(id), live.get(id)];
      if (found && before) setLive(liveOf(found, before.profile, before.isOwnerTrusted, before.lastCheckIn));
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
    list: async (filter, viewer) => {
      if (filter.name === undefined && filter.type !== undefined && filter.type !== 'image') return [];
      const ids = online().map((worker) => worker.id);
      const found = await db.read
        .selectFrom('horde_workers')
        .selectAll()
        .where('id', 'in', ids)
        .$if(filter.name !== undefined, (q) => q.where('name_key', '=', (filter.name ?? '').toLowerCase()))
        .orderBy('created')
        .execute();
      return Promise.all(found.map((it) => show(it, viewer)));
    },
    one: async (id, viewer) => show(await mustFind(id), viewer),
    byName: async (name, viewer) => {
      const found = await db.read
        .selectFrom('horde_workers')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst();
      if (!found) throw notFound(name);
      return show(found, viewer);
    },
    modify: async (id, input, caller) => {
      const found = await mustFind(id);
      const change = changeOf(found, input, caller);
      await db.write(() => applyChange(db, id, change));
      const before = live.get(id);
      if (before)
        setLive(liveOf({ ...found, ...change }, before.profile, before.isOwnerTrusted, before.lastCheckIn));
      return {
        ...(input.maintenance === undefined ? {} : { maintenance: input.maintenance }),
        ...(input.info === undefined ? {} : { info: input.info }),
        ...(input.paused === undefined ? {} : { paused: input.paused }),
        ...(change.name === undefined ? {} : { name: change.name }),
      };
    },
    remove: async (id, caller) => {
      const found = await mustFind(id);
      if (found.user_id !== caller.id && !caller.isModerator) {
        throw problem(403, 'NotModerator', 'Only the owner and moderators may delete a worker.');
      }
      if (caller.isAnonymous) throw problem(403, 'AnonForbiddenWorker', 'Anonymous users have no workers.');
      await db.write(() => removeRow(db, id));
      live.delete(id);
      stored.delete(id);
      version += 1;
      return { deleted_id: id, deleted_name: found.name };
    },
  };
}

function capabilitiesOf(worker: LiveWorker): string {
  return JSON.stringify([
    worker.profile,
    worker.isInMaintenance,
    worker.isPaused,
    worker.isOwnerTrusted,
    worker.speed >= 500_000,
  ]);
}

function liveOf(
  found: WorkerRow,
  profile: MatchingWorker['profile'],
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

function* register(
  db: AppDatabase,
  input: { name: string; owner: User; ip: string; now: number; profile: string },
): Work<WorkerRow> {
  const key = input.name.toLowerCase();
  const taken = yield* row(db.query.selectFrom('horde_workers').selectAll().where('name_key', '=', key));
  if (taken) return taken;
  const owned = yield* row(
    db.query
      .selectFrom('horde_workers')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('user_id', '=', input.owner.id),
  );
  const cap = input.owner.isTrusted ? 20 : 3;
  if ((owned?.n ?? 0) >= Math.max(cap, input.owner.workerInvited)) {
    throw problem(
      403,
      input.owner.isTrusted ? 'TooManyWorkersTrusted' : 'TooManyWorkers',
      `This account has ${owned?.n} workers already.`,
    );
  }
  const worker: WorkerRow = {
    id: randomUUID(),
    user_id: input.owner.id,
    name: input.name,
    name_key: key,
    info: null,
    ip: input.ip,
    created: input.now,
    last_check_in: input.now,
    profile: input.profile,
    maintenance: 0,
    maintenance_msg: null,
    paused: 0,
    fulfilments: 0,
    uncompleted: 0,
    aborted: 0,
    aborted_since: input.now,
    things: 0,
    reward_cents: 0,
    uptime: 0,
    samples: '[]',
  };
  yield* run(db.query.insertInto('horde_workers').values(worker));
  return worker;
}

type WorkerChange = Partial<
  Pick<WorkerRow, 'maintenance' | 'maintenance_msg' | 'info' | 'paused' | 'name' | 'name_key'>
>;

function changeOf(found: WorkerRow, input: ModifyWorkerInput, caller: User): WorkerChange {
  const mayOwn = caller.isModerator || (found.user_id === caller.id && !caller.isAnonymous);
  const change: WorkerChange = {};
  if (input.maintenance !== undefined || input.info !== undefined) {
    if (!mayOwn) throw problem(403, 'NotOwner', 'Only the owner and moderators may change this.');
  }
  if (input.maintenance !== undefined) {
    change.maintenance = input.maintenance ? 1 : 0;
    change.maintenance_msg = input.maintenance
      ? (input.maintenance_msg ?? standardMessage).slice(0, 300)
      : null;
  }
  if (input.info !== undefined) change.info = input.info.trim();
  if (input.paused !== undefined) {
    if (!caller.isModerator) throw problem(403, 'NotModerator', 'Only moderators may pause a worker.');
    change.paused = input.paused ? 1 : 0;
  }
  if (input.name !== undefined) {
    if (!mayOwn) throw problem(403, 'NotModerator', 'Only the owner and moderators may rename a worker.');
    change.name = cleanName(input.name);
    change.name_key = change.name.toLowerCase();
  }
  if (Object.keys(change).length === 0)
    throw problem(400, 'NoWorkerModSelected', 'Nothing to change was sent.');
  return change;
}

function* applyChange(db: AppDatabase, id: string, change: WorkerChange): Work<void> {
  if (change.name_key !== undefined) {
    const taken = yield* row(
      db.query
        .selectFrom('horde_workers')
        .select('id')
        .where('name_key', '=', change.name_key)
        .where('id', '!=', id),
    );
    if (taken) throw problem(400, 'WorkerNameAlreadyExists', 'Another worker has this name.');
  }
  yield* run(db.query.updateTable('horde_workers').set(change).where('id', '=', id));
}

function* removeRow(db: AppDatabase, id: string): Work<void> {
  const job = yield* row(db.query.selectFrom('horde_jobs').select('id').where('worker_id', '=', id).limit(1));
  if (job) {
    throw problem(423, 'Locked', 'Jobs of this worker are still kept. Try again in 20 minutes.');
  }
  yield* run(db.query.deleteFrom('horde_workers').where('id', '=', id));
}
