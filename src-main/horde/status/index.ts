export { type Activity, createActivity } from './activity.ts';
export { statusRoutes, type StatusRoutesServices } from './routes.ts';
export { createStatusSource, type StatusSourceOptions } from './source.ts';
