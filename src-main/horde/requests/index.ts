export { costCentsOf, factorOf, priceOf } from './price.ts';
export { requestRoutes, type RequestRoutesServices } from './routes.ts';
export { createRequestsService, type RequestsOptions, type RequestsService } from './service.ts';
export { parseSources } from './sources.ts';
export { releaseWhenOver, requestLifeMs } from './units.ts';
