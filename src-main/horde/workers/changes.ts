import { type Query, row, run, type Work } from '#main/db/work.ts';
import { forgetWorker } from '#main/horde/suspicion/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { ModifyWorkerInput } from '#shared/horde/workers/schema.ts';
import type { WorkerRow } from './kinds.ts';
import type { WorkerPorts } from './ports.ts';
import { cleanName } from './profile.ts';

const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);
/** Stock workers look for "maintenance mode" in a refused pop (`accounts-and-safety.md` MNT-02). */
const maintenancePrefix = 'This worker is in maintenance mode.';

export type WorkerChange = Partial<
  Pick<WorkerRow, 'maintenance' | 'maintenance_msg' | 'info' | 'paused' | 'name' | 'name_key'>
>;

/** What a pop of a worker in maintenance is told when there is nothing for it. */
export function maintenanceText(message: string | null): string {
  return message === null ? maintenancePrefix : `${maintenancePrefix} ${message}`;
}

/**
 * The columns that a change sets: all or nothing (`accounts-and-safety.md` 2.5). A team to join is the
 * caller's to find.
 * @throws ProblemError 403 `NotOwner` · `NotModerator` · `AnonForbiddenWorker`,
 *   400 `ProfaneWorkerInfo` · `ProfaneWorkerName` · `NoWorkerModSelected`
 */
export function changeOf(
  found: WorkerRow,
  input: ModifyWorkerInput,
  caller: User,
  isProfane: (text: string) => boolean,
): WorkerChange {
  const isAllowed = caller.isModerator || found.user_id === caller.id;
  const change: WorkerChange = {};
  if (input.maintenance !== undefined || input.info !== undefined) requireOwner(isAllowed, 'NotOwner');
  if (input.maintenance !== undefined) {
    change.maintenance = input.maintenance ? 1 : 0;
    const message = plainText(input.maintenance_msg ?? '').slice(0, 300);
    change.maintenance_msg = input.maintenance && message !== '' ? message : null;
  }
  if (input.info !== undefined) change.info = plainText(input.info);
  if (input.paused !== undefined) {
    if (!caller.isModerator) throw problem(403, 'NotModerator', 'Only moderators may pause a worker.');
    change.paused = input.paused ? 1 : 0;
  }
  if (input.name !== undefined) {
    requireOwner(isAllowed, 'NotModerator');
    change.name = cleanName(input.name);
    change.name_key = change.name.toLowerCase();
  }
  if (input.team !== undefined) requireOwner(isAllowed, 'NotModerator');
  const isNamed = input.info !== undefined || input.name !== undefined || input.team !== undefined;
  if (caller.isAnonymous && isNamed) {
    throw problem(403, 'AnonForbiddenWorker', 'Anonymous users have no workers.');
  }
  if (isProfane(change.info ?? '')) throw problem(400, 'ProfaneWorkerInfo', 'The info is profane.');
  if (isProfane(change.name ?? '')) throw problem(400, 'ProfaneWorkerName', 'The name is profane.');
  if (Object.keys(change).length === 0 && input.team === undefined)
    throw problem(400, 'NoWorkerModSelected', 'Nothing to change was sent.');
  return change;
}

function requireOwner(isAllowed: boolean, rc: string): void {
  if (!isAllowed) throw problem(403, rc, 'Only the owner and moderators may change this.');
}

/** Longer texts keep their lines and lose every other control character (ACC-43). */
function plainText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, '').trim();
}

/** Joins a team, or leaves it with an empty id. @throws ProblemError 404 `TeamNotFound` */
export function* changeTeam(
  query: Query,
  input: { readonly workerId: string; readonly teamId: string; readonly mover: User; readonly now: number },
  teams: WorkerPorts['teams'],
): Work<string> {
  if (input.teamId === '') {
    if (teams) yield* teams.leave(query, input.workerId);
    return 'None';
  }
  if (!teams) throw problem(404, 'TeamNotFound', `Team ${input.teamId} was not found.`);
  return (yield* teams.join(query, input.workerId, input.teamId, input.now, input.mover)).name;
}

/** @throws ProblemError 400 `WorkerNameAlreadyExists` */
export function* applyChange(query: Query, id: string, change: WorkerChange): Work<void> {
  if (Object.keys(change).length === 0) return;
  if (change.name_key !== undefined) {
    const taken = yield* row(
      query
        .selectFrom('horde_workers')
        .select('id')
        .where('name_key', '=', change.name_key)
        .where('id', '!=', id),
    );
    if (taken) throw problem(400, 'WorkerNameAlreadyExists', 'Another worker has this name.');
  }
  yield* run(query.updateTable('horde_workers').set(change).where('id', '=', id));
}

/** Until when something that refers to a worker is kept; undefined when nothing does. */
export type WorkerKeeper = (query: Query, workerId: string) => Work<number | undefined>;

function* untilJobsAreGone(query: Query, workerId: string): Work<number | undefined> {
  const kept = yield* row(
    query
      .selectFrom('horde_jobs as j')
      .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
      .select((e) => e.fn.max<number | null>('r.expiry').as('until'))
      .where('j.worker_id', '=', workerId),
  );
  return kept?.until ?? undefined;
}

/** @throws ProblemError 423 `Locked` while a job of the worker is kept */
export function* removeWorker(query: Query, id: string, keepers: readonly WorkerKeeper[] = []): Work<void> {
  for (const keeper of [untilJobsAreGone, ...keepers]) {
    const until = yield* keeper(query, id);
    if (until === undefined) continue;
    const text = `Jobs of this worker are still kept. Try again after ${new Date(until).toISOString()}.`;
    throw problem(423, 'Locked', text);
  }
  yield* forgetWorker(query, id);
  yield* run(query.deleteFrom('horde_decoys').where('worker_id', '=', id));
  yield* run(query.deleteFrom('horde_workers').where('id', '=', id));
}
