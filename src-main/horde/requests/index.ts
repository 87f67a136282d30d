export type { Authenticate, ExaminedPrompt, RequestPorts, UsedStyle } from './ports.ts';
export { costCentsOf, factorOf, imagePriceOf } from './price.ts';
export { requestRoutes, type RequestRoutesServices } from './routes.ts';
export { createRequestsService, type RequestsOptions, type RequestsService } from './service.ts';
export { parseSources } from './sources.ts';
export { textStateOf } from './status.ts';
export type { Inputs, ModelReferences, Statuses } from './types.ts';
export { releaseWhenOver, requestLifeMs } from './units.ts';
