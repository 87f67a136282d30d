export { type AccountsOptions, type AccountsService, createAccountsService } from './accounts.ts';
export { audit, type AuditEntry } from './audit.ts';
export {
  apiKeyOf,
  type CallerRequest,
  invalidApiKey,
  optionalUser,
  requireAnyUser,
  requireApiKey,
  requireUser,
} from './caller.ts';
export type { AccountKudos, AccountPorts, AccountSuspicion, AccountViews, UserWork } from './ports.ts';
export {
  createRegistrationService,
  type RegistrationInput,
  type RegistrationPorts,
  type RegistrationService,
} from './registration.ts';
export {
  addressOf,
  type OpenedSharedKey,
  type Requester,
  type RequesterInput,
  type RequesterRequest,
  requireAcceptingUser,
  requireRequester,
  type RequesterServices,
  type SharedKeyDoor,
  type TermsGate,
} from './requester.ts';
export { accountRoutes, type AccountRoutesServices, userRoutes, type UserRoutesServices } from './routes.ts';
export { ownerId } from './seed.ts';
export { createUsersService, type Secrets, type UsersOptions, type UsersService } from './service.ts';
export { findUser, type User } from './user.ts';
