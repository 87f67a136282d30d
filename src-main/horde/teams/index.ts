export type { TeamMembership, TeamMover, TeamName, TeamShare } from './membership.ts';
export type { TeamPorts } from './ports.ts';
export { teamRoutes, type TeamRoutesServices } from './routes.ts';
export { createTeamsService, type TeamsOptions, type TeamsService } from './service.ts';
export { deleteTeamsOf } from './units.ts';
