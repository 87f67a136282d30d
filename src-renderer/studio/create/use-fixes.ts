import { useWorkerSwitch } from '#ui/api/worker.ts';
import type { ProblemFix } from '#ui/studio/problems/index.ts';
import { cheaper } from './draft.ts';
import { type DraftFix, firstModel } from './draft-problems.ts';
import { chooseModel, replaceDraft, setFields, unlockSeed } from './draft-store.ts';
import { focusField } from './fields.ts';
import type { CreateForm } from './use-create-form.ts';

/** What the fix buttons of this screen do, for its own problems and those of the table. */
export interface Fixes {
  readonly draft: Readonly<Record<DraftFix, () => void>>;
  readonly problem: Partial<Record<ProblemFix, () => void>>;
}

/** The fixes for a form; `onRetry` sends again. */
export function useFixes(form: CreateForm, onRetry: () => void): Fixes {
  const workerSwitch = useWorkerSwitch();
  const { draft, model, models } = form;
  const startWorker = (): void => {
    if (workerSwitch.isOff) workerSwitch.toggle();
  };
  const nativeSize = (): void => {
    if (model !== undefined) setFields({ width: model.nativeWidth, height: model.nativeHeight });
  };
  const otherModel = (): void => {
    const other = firstModel(
      (models ?? []).filter(({ name }) => name !== draft.input.model),
      undefined,
    );
    if (other !== undefined) chooseModel(other);
  };
  return {
    draft: { startWorker, otherModel, nativeSize, unlockSeed },
    problem: {
      startWorker,
      nativeSize,
      retry: onRetry,
      cheaper: () => replaceDraft(cheaper(draft, model)),
      changeModel: () => focusField('model'),
      editPrompt: () => focusField('prompt'),
    },
  };
}
