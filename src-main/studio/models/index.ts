export { createModelsService, modelRoutes, type ModelsService } from './service.ts';
