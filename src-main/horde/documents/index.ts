export { createNewsService, type NewsOptions, type NewsService } from './news.ts';
export { documentRoutes, type DocumentRoutesServices } from './routes.ts';
export {
  createDocumentsService,
  type DocumentsOptions,
  type DocumentsService,
  type DocumentVersion,
} from './service.ts';
