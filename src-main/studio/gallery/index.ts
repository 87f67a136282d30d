export { galleryRoutes } from './routes.ts';
export {
  createGalleryService,
  type GalleryDeps,
  type GalleryService,
  type NewPicture,
  type ReconcileReport,
} from './service.ts';
