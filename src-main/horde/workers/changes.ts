import { type Query, row, run, type Work } from '#main/db/work.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { ModifyWorkerInput } from '#shared/horde/workers/schema.ts';
import { cleanName, type WorkerRow } from './profile.ts';

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
 * The columns that a change sets: all or nothing (`accounts-and-safety.md` 2.5).
 * @throws ProblemError 403 `NotOwner` · `NotModerator` · `AnonForbiddenWorker`, 400, 404 `TeamNotFound`
 */
export function changeOf(found: WorkerRow, input: ModifyWorkerInput, caller: User): WorkerChange {
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
  if (input.team !== undefined && input.team !== '') {
    throw problem(404, 'TeamNotFound', `Team ${input.team} was not found.`);
  }
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

/** @throws ProblemError 423 `Locked` while a job of the worker is kept */
export function* removeWorker(query: Query, id: string): Work<void> {
  const kept = yield* row(
    query
      .selectFrom('horde_jobs as j')
      .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
      .select((e) => e.fn.max('r.expiry').as('until'))
      .where('j.worker_id', '=', id),
  );
  if (typeof kept?.until === 'number') {
    const until = new Date(kept.until).toISOString();
    throw problem(423, 'Locked', `Jobs of this worker are still kept. Try again after ${until}.`);
  }
  yield* run(query.deleteFrom('horde_decoys').where('worker_id', '=', id));
  yield* run(query.deleteFrom('horde_workers').where('id', '=', id));
}
