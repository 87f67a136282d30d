export { imageRoutes, type ImageRoutesServices } from './routes.ts';
export { baseOf } from './links.ts';
export { asUnreadable, sourceBytes, type SourceBytes, type SourceRules } from './source-bytes.ts';
export { createImagesService, type ImagesOptions, type ImagesService, pictureKey } from './service.ts';
