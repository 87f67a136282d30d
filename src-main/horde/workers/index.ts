export { workerRoutes, type WorkerRoutesServices } from './routes.ts';
export {
  createWorkersService,
  type LiveWorker,
  type WorkersOptions,
  type WorkersService,
} from './service.ts';
