import type { HordeAccountTables } from './horde-accounts.ts';
import type { HordeWorkTables } from './horde-work.ts';

/** Tables of the private horde. Times are milliseconds since the epoch, kudos are integer cents. */
export interface HordeTables extends HordeAccountTables, HordeWorkTables {}
