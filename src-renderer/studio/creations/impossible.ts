import { isStopped } from '#ui/api/worker.ts';
import type { CreationInput } from '#shared/studio/creations/schema.ts';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';

/** What the interface knows of those who could do a request. */
export interface Surroundings {
  readonly models: readonly StudioModel[] | undefined;
  readonly worker: WorkerStatus | undefined;
}

/**
 * Whether a request in the line probably waits for the own worker, which is paused: a horde counts a
 * worker for some minutes after its last sign, so it does not say so itself.
 */
export function waitsForOwnWorker(
  input: Pick<CreationInput, 'model'>,
  { models, worker }: Surroundings,
): boolean {
  const model = models?.find((other) => other.name === input.model);
  return isStopped(worker) && model?.isLocal === true && model.workers <= 1;
}

/**
 * The likely cause why no worker can do a request, as a code of the table of problems: the horde says
 * only that none can (`ux.md` 1.2).
 */
export function impossibleCause(
  input: Pick<CreationInput, 'model'>,
  { models, worker }: Surroundings,
): 'worker_stopped' | 'no_worker_for_model' | 'no_worker_for_settings' | 'NoAvailableWorker' {
  if (models === undefined) return 'NoAvailableWorker';
  const model = models.find((other) => other.name === input.model);
  if (isStopped(worker) && model?.isLocal === true) return 'worker_stopped';
  if (model !== undefined && model.workers > 0) return 'no_worker_for_settings';
  return models.some((other) => other.workers > 0) ? 'no_worker_for_model' : 'NoAvailableWorker';
}
