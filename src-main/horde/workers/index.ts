export { maintenanceText } from './changes.ts';
export type { LiveWorker, LiveWorkers } from './live.ts';
export { workerRoutes, type WorkerRoutesServices } from './routes.ts';
export { createWorkersService, type WorkersOptions, type WorkersService } from './service.ts';
