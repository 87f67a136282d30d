export {
  apiKeyOf,
  type CallerRequest,
  invalidApiKey,
  optionalUser,
  requireApiKey,
  requireUser,
} from './caller.ts';
export type { UserWork } from './details.ts';
export { userRoutes, type UserRoutesServices } from './routes.ts';
export { createUsersService, ownerId, type UsersOptions, type UsersService } from './service.ts';
export type { User } from './user.ts';
