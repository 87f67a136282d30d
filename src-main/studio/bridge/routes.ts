import type { AppFastify } from '#main/server/fastify-base.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { WorkerStatus } from '#shared/studio/worker/schema.ts';
import type { LocalWorker } from './local-worker.ts';

/** The worker chip's routes: what the local worker does, pause and resume. */
export function workerRoutes(worker: LocalWorker) {
  return (app: AppFastify): void => {
    const schema = { response: { 200: WorkerStatus } };
    app.get(appRoutes.worker, { schema }, () => worker.status);
    app.post(appRoutes.pauseWorker, { schema }, () => worker.pause());
    app.post(appRoutes.resumeWorker, { schema }, () => worker.resume());
  };
}
