export type { SharedKey } from './key.ts';
export { sharedKeyRoutes, type SharedKeyRoutesServices } from './routes.ts';
export {
  createSharedKeysService,
  type FoundSharedKey,
  type OpenHow,
  type SharedKeyPorts,
  type SharedKeysService,
} from './service.ts';
export type { BudgetVerdict } from './units.ts';
