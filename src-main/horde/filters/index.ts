export {
  createPromptsService,
  type PromptsOptions,
  type PromptsService,
  type PromptToExamine,
} from './prompts.ts';
export { filterRoutes, type FilterRoutesServices } from './routes.ts';
export { createFiltersService, type FiltersOptions, type FiltersService } from './service.ts';
