import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useConnection } from '#ui/api/connection.ts';
import { draftQuery, modelsQuery, workerQuery } from '#ui/api/queries.ts';
import type { Connection } from '#shared/studio/connections/schema.ts';
import type { CreateDraft } from '#shared/studio/drafts/schema.ts';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import { chooseModel, loadDraft, saveDraftOnLeave, useDraftStore } from './draft-store.ts';
import { type DraftProblem, draftProblems, firstModel } from './draft-problems.ts';

/** The form with what is known around it. */
export interface CreateForm {
  readonly draft: CreateDraft;
  /** `undefined` until the list was read. */
  readonly models: readonly StudioModel[] | undefined;
  /** The chosen model, while it is in the list. */
  readonly model: StudioModel | undefined;
  readonly connection: Connection | undefined;
  readonly problems: readonly DraftProblem[];
  /** A problem stands in the way of sending. */
  readonly isBlocked: boolean;
}

/** Reads the stored draft, gives it a first model and keeps it saved while the screen is there. */
export function useCreateForm(): CreateForm {
  const { draft, isLoaded } = useDraftStore();
  const stored = useQuery(draftQuery);
  const models = useQuery(modelsQuery).data?.models;
  const worker = useQuery(workerQuery).data;
  const connection = useConnection();

  useEffect(() => saveDraftOnLeave(), []);
  useEffect(() => {
    if (stored.data !== undefined) loadDraft(stored.data.draft);
  }, [stored.data]);
  useEffect(() => {
    if (!isLoaded || draft.input.model !== '' || models === undefined) return;
    const first = firstModel(models, worker);
    if (first !== undefined) chooseModel(first);
  }, [isLoaded, draft.input.model, models, worker]);

  const problems = draftProblems(draft, { models, worker, connection });
  return {
    draft,
    models,
    model: models?.find(({ name }) => name === draft.input.model),
    connection,
    problems,
    isBlocked: problems.some(({ level }) => level === 'blocking'),
  };
}
