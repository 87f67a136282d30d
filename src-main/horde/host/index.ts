export { hostRoutes, type HostServices } from './routes.ts';
