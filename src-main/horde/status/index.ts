export { type ModelActivity, statusRoutes, type StatusRoutesServices, type StatusSource } from './routes.ts';
export { createStatusSource, type OnlineWorker, type StatusSourceOptions } from './source.ts';
