import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { appRoutes } from '#shared/studio/routes.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { callApp } from './client.ts';
import { workerQuery } from './queries.ts';

interface WorkerSwitch {
  /** Whether pressing the switch starts the worker; else it pauses it. */
  readonly isOff: boolean;
  readonly isPending: boolean;
  /** The refusal of the last press. */
  readonly error: Error | null;
  readonly toggle: () => void;
}

/** Whether the worker takes no jobs because somebody wanted it so. */
export const isStopped = (worker: WorkerStatus | undefined): boolean =>
  worker?.state === 'paused' || worker?.state === 'off';

/** The local worker's pause, for every place that offers it. `onError` hears of a start or a pause refused. */
export function useWorkerSwitch(onError?: (error: Error, starts: boolean) => void): WorkerSwitch {
  const client = useQueryClient();
  const { data } = useQuery(workerQuery);
  const isOff = isStopped(data);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (starts: boolean) =>
      callApp<WorkerStatus>('POST', starts ? appRoutes.resumeWorker : appRoutes.pauseWorker),
    onMutate: () => client.getQueryState(workerQuery.queryKey)?.dataUpdateCount,
    onSuccess: (worker, _starts, countBefore) => {
      // An event that has overtaken the answer is newer: "starting" must not come over "idle".
      const isNews = client.getQueryState(workerQuery.queryKey)?.dataUpdateCount === countBefore;
      if (isNews) client.setQueryData(workerQuery.queryKey, worker);
    },
    ...(onError === undefined ? {} : { onError }),
  });
  return {
    isOff,
    isPending,
    error,
    toggle: () => {
      if (!isPending && data !== undefined) mutate(isOff);
    },
  };
}
