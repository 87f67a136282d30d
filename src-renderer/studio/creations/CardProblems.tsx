import { useQuery } from '@tanstack/react-query';
import { modelsQuery, workerQuery } from '#ui/api/queries.ts';
import { useWorkerSwitch } from '#ui/api/worker.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { type ProblemFix, ProblemNote } from '#ui/studio/problems/index.ts';
import { impossibleCause, waitsForOwnWorker } from './impossible.ts';
import type { CreationActions } from './use-creation-actions.ts';

interface CardProblemsProps {
  readonly creation: Creation;
  readonly actions: CreationActions;
}

/** What went wrong with a request, or may, with the buttons that mend it. */
export function CardProblems({ creation, actions }: CardProblemsProps) {
  const { state, problem, warnings } = creation;
  const edit = (): void => actions.edit(creation);
  const fixes: Partial<Record<ProblemFix, () => void>> = {
    changeModel: edit,
    cheaper: edit,
    editPrompt: edit,
    nativeSize: edit,
  };
  // A retry stands among the buttons of the card already.
  return (
    <>
      {state === 'impossible' || state === 'waiting' ? (
        <WorkerNote creation={creation} fixes={fixes} />
      ) : null}
      {problem === null || state === 'impossible' ? null : (
        <ProblemNote problem={problem} tone={state === 'failed' ? 'failed' : 'warning'} fixes={fixes} />
      )}
      {warnings
        .filter(({ code }) => code !== 'NoAvailableWorker')
        .map((warning) => (
          <ProblemNote key={warning.code} problem={warning} tone="warning" />
        ))}
    </>
  );
}

interface WorkerNoteProps {
  readonly creation: Creation;
  readonly fixes: Partial<Record<ProblemFix, () => void>>;
}

/** No worker can do this, or none may come: the likely cause, and the way out of it. */
function WorkerNote({ creation, fixes }: WorkerNoteProps) {
  const models = useQuery(modelsQuery);
  const worker = useQuery(workerQuery);
  const workerSwitch = useWorkerSwitch();
  const around = { models: models.data?.models, worker: worker.data };
  if (creation.state === 'waiting' && !waitsForOwnWorker(creation.input, around)) return null;
  const code = creation.state === 'waiting' ? 'worker_paused' : impossibleCause(creation.input, around);
  const message = creation.problem?.message ?? '';
  return (
    <ProblemNote
      problem={{ code, message }}
      tone="warning"
      fixes={{ ...fixes, ...(workerSwitch.isOff ? { startWorker: () => workerSwitch.toggle() } : {}) }}
    />
  );
}
