import type { HordeTables } from './tables/horde.ts';
import type { StudioTables } from './tables/studio.ts';

/** All tables of the one database. The two wings never read each other's. */
export interface Database extends HordeTables, StudioTables {}
