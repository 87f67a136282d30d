import { useMutation, useQueryClient } from '@tanstack/react-query';
import { callApp } from '#ui/api/client.ts';
import { withCreation, withoutCreation } from '#ui/api/creations-cache.ts';
import { creationsQuery } from '#ui/api/queries.ts';
import type { Creation, CreationInput } from '#shared/studio/creations/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { useProblemSentence } from '#ui/studio/problems/index.ts';
import { showToast } from '#ui/ui/toast.tsx';
import { missingCount } from './creation-states.ts';
import { isRunning } from './progress.ts';

/**
 * Puts core's answer into the list at once. Events may have overtaken it: what they told stands, but for
 * the end of a request, after which nothing comes.
 */
function useKeepCreation(): (creation: Creation) => void {
  const client = useQueryClient();
  return (creation) => {
    client.setQueryData(creationsQuery.queryKey, (list = { creations: [] }) => {
      const known = list.creations.find(({ id }) => id === creation.id);
      const isNews = known === undefined || (isRunning(known) && !isRunning(creation));
      return isNews ? withCreation(list, creation) : list;
    });
  };
}

/** Sends a new request. A refusal stays in `error`, beside the untouched form. */
export function useSendCreation() {
  return useMutation({
    mutationFn: (input: CreationInput) => callApp<Creation>('POST', appRoutes.creations, { body: input }),
    onSuccess: useKeepCreation(),
  });
}

/** The verbs of a request. */
export interface CreationActions {
  /** The same request once more, with a new seed. */
  again(creation: Creation): void;
  /** Asks for what is missing; the rest of a request that is merely slow is cancelled. */
  retry(creation: Creation): void;
  /** Ends a request; what is finished stays. */
  cancel(creation: Creation): void;
  /** Brings the settings back into the form, and cancels what still runs. */
  edit(creation: Creation): void;
  /** Takes the card away; pictures stay. */
  remove(creation: Creation): void;
}

/** The verbs of a request, for cards and stage; `onEdit` fills the form. Refusals are told in a toast. */
export function useCreationActions(onEdit: (creation: Creation) => void): CreationActions {
  const client = useQueryClient();
  const keep = useKeepCreation();
  const sentenceOf = useProblemSentence();
  const onError = (error: unknown): void => showToast(sentenceOf(error), 'failed');

  const post = useMutation({
    mutationFn: ({ path, body }: { path: string; body?: CreationInput }) =>
      callApp<Creation>('POST', path, body === undefined ? {} : { body }),
    onSuccess: keep,
    onError,
  });
  const remove = useMutation({
    mutationFn: (id: string) => callApp<undefined>('DELETE', appRoutes.creation(id)),
    onSuccess: (_answer, id) =>
      client.setQueryData(creationsQuery.queryKey, (list) => list && withoutCreation(list, id)),
    onError,
  });
  const cancel = (creation: Creation): void => post.mutate({ path: appRoutes.cancelCreation(creation.id) });

  return {
    cancel,
    again: ({ input: { seed: _seed, ...input } }) => post.mutate({ path: appRoutes.creations, body: input }),
    retry: (creation) => {
      const missing = missingCount(creation);
      const isSlow = creation.state === 'slow';
      if (isSlow) cancel(creation);
      // Core repeats a whole request that has ended; a part of one is a new request.
      if (isSlow || (missing > 0 && missing < creation.input.count)) {
        post.mutate({ path: appRoutes.creations, body: { ...creation.input, count: Math.max(1, missing) } });
      } else post.mutate({ path: appRoutes.retryCreation(creation.id) });
    },
    edit: (creation) => {
      onEdit(creation);
      if (isRunning(creation)) cancel(creation);
    },
    remove: ({ id }) => remove.mutate(id),
  };
}
