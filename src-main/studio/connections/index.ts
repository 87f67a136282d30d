export {
  connectionRoutes,
  type ConnectionsDeps,
  type ConnectionsService,
  createConnectionsService,
} from './service.ts';
