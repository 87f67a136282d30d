export { type AgentsService, type BannedAgent, createAgentsService } from './agents.ts';
export { addressRoutes, type AddressRoutesServices } from './routes.ts';
export type { SafetyLookup } from './safety.ts';
export {
  type AddressesOptions,
  type AddressesService,
  createAddressesService,
  type StrikeSource,
} from './service.ts';
export type { Struck } from './units.ts';
