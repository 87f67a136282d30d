export { modeRoutes, type ModeRoutesServices } from './routes.ts';
export { createModesService, type Modes, type ModesService } from './service.ts';
