export { type AppliedStyle, createStyleApplication, type StyleApplication, type StyleUsed } from './apply.ts';
export { ownedName } from './fields.ts';
export type { StyleChoice, StyleKey, StylePorts, StyleUse } from './ports.ts';
export { styleRoutes, type StyleRoutesServices } from './routes.ts';
export { createStylesService, refuseSort, type StylesOptions, type StylesService } from './service.ts';
export type { StoredStyle, StyleStore } from './store.ts';
export { deleteStylesOf, detachSharedKey } from './units.ts';
