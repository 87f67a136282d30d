export { keepsAlchemist, wipeAlchemy } from './expiry.ts';
export type { AlchemyOptions, AlchemyPorts } from './ports.ts';
export { alchemyRoutes, type AlchemyRoutesServices } from './routes.ts';
export { type AlchemyService, type AlchemySweep, createAlchemyService } from './service.ts';
