import { isStopped } from '#ui/api/worker.ts';
import type { Connection } from '#shared/studio/connections/schema.ts';
import type { CreateDraft } from '#shared/studio/drafts/schema.ts';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';

/** What the button of a problem does. */
export type DraftFix = 'startWorker' | 'otherModel' | 'unlockSeed' | 'nativeSize';

/** Something to know before sending; `blocking` means that nothing can be sent. Words: `create:problem.<id>`. */
export interface DraftProblem {
  readonly id:
    | 'modelsLoading'
    | 'noModel'
    | 'workerStopped'
    | 'modelGone'
    | 'offline'
    | 'maintenance'
    | 'sameSeed'
    | 'sizeFar';
  readonly level: 'blocking' | 'advisory';
  readonly fix?: DraftFix;
}

interface Surroundings {
  /** `undefined` until the list was read. */
  readonly models: readonly StudioModel[] | undefined;
  readonly worker: WorkerStatus | undefined;
  readonly connection: Connection | undefined;
}

/** Sizes so many times the model's own, or less by as much, make poor pictures. */
const farFactor = 4;

/** What stands against a draft, the gravest first (`ux.md` 2.4). */
export function draftProblems(draft: CreateDraft, around: Surroundings): readonly DraftProblem[] {
  return [
    ...modelProblems(draft, around),
    ...connectionProblems(around.connection),
    ...settingProblems(
      draft,
      around.models?.find((model) => model.name === draft.input.model),
    ),
  ];
}

/** Whether somebody, now or in a moment, can make pictures with a model. */
function isServed(model: StudioModel, worker: WorkerStatus | undefined): boolean {
  if (!model.isLocal) return model.workers > 0;
  // A horde counts a worker for some minutes after it was paused: the one that it tells may be this.
  const isOut = isStopped(worker) || worker?.state === 'error';
  return isOut ? model.workers > 1 : true;
}

function modelProblems(draft: CreateDraft, { models, worker }: Surroundings): DraftProblem[] {
  if (models === undefined)
    return draft.input.model === '' ? [{ id: 'modelsLoading', level: 'blocking' }] : [];
  if (models.length === 0) {
    return [{ id: 'noModel', level: draft.input.model === '' ? 'blocking' : 'advisory', fix: 'startWorker' }];
  }
  const model = models.find((other) => other.name === draft.input.model);
  if (model !== undefined && isServed(model, worker)) return [];
  if (model?.isLocal === true) return [{ id: 'workerStopped', level: 'advisory', fix: 'startWorker' }];
  const hasOther = models.some((other) => other.name !== draft.input.model && isServed(other, worker));
  return [{ id: 'modelGone', level: 'advisory', ...(hasOther ? { fix: 'otherModel' as const } : {}) }];
}

function connectionProblems(connection: Connection | undefined): DraftProblem[] {
  if (connection?.state === 'offline') return [{ id: 'offline', level: 'advisory' }];
  if (connection?.state === 'maintenance') return [{ id: 'maintenance', level: 'advisory' }];
  return [];
}

function settingProblems(
  { input, isSeedLocked }: CreateDraft,
  model: StudioModel | undefined,
): DraftProblem[] {
  const problems: DraftProblem[] = [];
  // A fixed seed without variation is the same for every picture of a request (`queue.md` 2.4).
  if (isSeedLocked && input.count > 1)
    problems.push({ id: 'sameSeed', level: 'advisory', fix: 'unlockSeed' });
  if (model === undefined) return problems;
  const share = (input.width * input.height) / (model.nativeWidth * model.nativeHeight);
  if (share > farFactor || share < 1 / farFactor) {
    problems.push({ id: 'sizeFar', level: 'advisory', fix: 'nativeSize' });
  }
  return problems;
}

/** The model that a draft begins with: the first that can be used now, else the first at all. */
export function firstModel(
  models: readonly StudioModel[],
  worker: WorkerStatus | undefined,
): StudioModel | undefined {
  return models.find((model) => isServed(model, worker)) ?? models[0];
}
