export { createSystemService, systemRoutes, type SystemService } from './service.ts';
