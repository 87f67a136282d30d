export { statsRoutes, type StatsRoutesServices } from './routes.ts';
export { createStatsService, type StatsOptions, type StatsService } from './service.ts';
export { recordStat } from './units.ts';
