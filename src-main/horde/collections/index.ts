export { collectionRoutes, type CollectionRoutesServices } from './routes.ts';
export { type CollectionsOptions, type CollectionsService, createCollectionsService } from './service.ts';
export { deleteCollectionsOf } from './units.ts';
