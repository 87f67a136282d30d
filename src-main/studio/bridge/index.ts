export { createLocalWorker, type JobWatch, type LocalWorker } from './local-worker.ts';
export { createWorkerMemory, type WorkerMemory } from './memory.ts';
export { workerRoutes } from './routes.ts';
