export { maintenanceText, type WorkerKeeper } from './changes.ts';
export type { WorkerCaps } from './check-in.ts';
export { countFulfilment } from './counts.ts';
export type { Offers } from './kinds.ts';
export type { AnyLiveWorker, LiveWorker, LiveWorkers } from './live.ts';
export type { TeamName, TeamShare, WorkerPorts } from './ports.ts';
export { workerRoutes, type WorkerRoutesServices } from './routes.ts';
export {
  createWorkersService,
  type LiveByKind,
  type WorkerOrigin,
  type WorkersOptions,
  type WorkersService,
} from './service.ts';
