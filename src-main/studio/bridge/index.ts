export { createLocalWorker } from './local-worker.ts';
export { workerRoutes } from './routes.ts';
