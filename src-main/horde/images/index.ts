export { imageRoutes, type ImageRoutesServices } from './routes.ts';
export { createImagesService, type ImagesOptions, type ImagesService } from './service.ts';
