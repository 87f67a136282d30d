export { jobRoutes, type JobRoutesServices } from './routes.ts';
export {
  createJobsService,
  type JobCompleted,
  type JobsOptions,
  type JobsService,
  type JobStarted,
} from './service.ts';
export { webhookBodyOf } from './webhook-body.ts';
