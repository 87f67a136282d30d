export { requestRoutes, type RequestRoutesServices } from './routes.ts';
export {
  costCentsOf,
  createRequestsService,
  factorOf,
  parseSources,
  requestLifeMs,
  type RequestsOptions,
  type RequestsService,
} from './service.ts';
export { shapeOf } from './status.ts';
