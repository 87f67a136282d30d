export { jobRoutes, type JobRoutesServices } from './routes.ts';
export { createJobsService, type JobsOptions, type JobsService, type JobStarted } from './service.ts';
