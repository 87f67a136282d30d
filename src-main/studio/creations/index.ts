export type { Download } from './pictures.ts';
export { creationRoutes } from './routes.ts';
export { createCreationsService, type CreationsDeps, type CreationsService } from './service.ts';
