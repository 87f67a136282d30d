import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { HordeDecoyTable } from '#main/db/tables/horde-work.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { type JobState, submitVerdict } from '#shared/horde/jobs/states.ts';

/** What submits of every type say. */
export interface AnySubmit {
  readonly id: string;
  readonly generation: string;
  readonly state?: 'ok' | 'censored' | 'faulted' | 'csam' | undefined;
  readonly seed?: number | undefined;
  readonly gen_metadata?:
    | ReadonlyArray<{ type: string; value: string; ref?: string | undefined }>
    | undefined;
}

const maxMetadata = 50;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** @throws ProblemError 403 `WrongCredentials`, 400 for more metadata than a result may have */
export function refuseSubmit(
  input: AnySubmit,
  job: { readonly worker_owner_id: number },
  caller: { readonly id: number },
): void {
  if (job.worker_owner_id !== caller.id) {
    throw problem(403, 'WrongCredentials', 'The worker of this job belongs to somebody else.');
  }
  if ((input.gen_metadata ?? []).length > maxMetadata) {
    throw problem(400, 'BadRequest', `A result has at most ${maxMetadata} metadata entries.`);
  }
}

/** The same for submits that say the same, whatever the order of their keys. */
export function digestOf(input: AnySubmit): string {
  const metadata = (input.gen_metadata ?? []).map((item) => [item.type, item.value, item.ref ?? null]);
  const said = [input.id, input.generation, input.state ?? 'ok', input.seed ?? 0, metadata];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

/**
 * The answer to a submit of a job that had ended before (`queue.md` 2.5, `decisions.md` 31).
 * @throws ProblemError 400 `DuplicateGen` · `AbortedGen`
 */
export function answerOfEnded(
  job: { readonly state: JobState; readonly digest: string | null; readonly reward_cents: number },
  input: AnySubmit,
  isWorkerInMaintenance: boolean,
): { reward: number } {
  switch (submitVerdict(job, { isFault: input.state === 'faulted', digest: digestOf(input) })) {
    case 'repeat':
      return { reward: job.reward_cents / 100 };
    case 'ignored':
      return { reward: 0 };
    case 'duplicate':
      if (isWorkerInMaintenance) return { reward: 0 };
      throw problem(400, 'DuplicateGen', `Processing Job with ID ${input.id} was already submitted.`);
    default:
      throw problem(
        400,
        'AbortedGen',
        `Job ${input.id} took too long and was given up. Please check your worker speed.`,
      );
  }
}

/** Ends a decoy as a job would end; nothing else changes. @returns the decoy as it stood before */
export function* endDecoy(
  query: Query,
  input: AnySubmit,
  now: number,
): Work<Selectable<HordeDecoyTable> | undefined> {
  const found = yield* row(query.selectFrom('horde_decoys').selectAll().where('id', '=', input.id));
  if (!found || found.state !== 'processing') return found;
  if (found.deadline < now) {
    yield* run(query.updateTable('horde_decoys').set({ state: 'faulted' }).where('id', '=', found.id));
    return { ...found, state: 'faulted' };
  }
  const change =
    input.state === 'faulted'
      ? { state: 'faulted' as const }
      : { state: 'completed' as const, digest: digestOf(input) };
  yield* run(query.updateTable('horde_decoys').set(change).where('id', '=', found.id));
  return found;
}
