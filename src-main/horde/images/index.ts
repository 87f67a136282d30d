export { imageRoutes, type ImageRoutesServices } from './routes.ts';
export { baseOf } from './links.ts';
export { createImagesService, type ImagesOptions, type ImagesService, pictureKey } from './service.ts';
