import type { HordeAccessTables } from './horde-access.ts';
import type { HordeAccountTables } from './horde-accounts.ts';
import type { HordeAlchemyTables } from './horde-alchemy.ts';
import type { HordeModerationTables } from './horde-moderation.ts';
import type { HordeKudosTables } from './horde-kudos.ts';
import type { HordeHostTables } from './horde-host.ts';
import type { HordeCommunityTables } from './horde-community.ts';
import type { HordeSignInTables } from './horde-signin.ts';
import type { HordeStyleTables } from './horde-styles.ts';
import type { HordeWorkTables } from './horde-work.ts';

/** Tables of the private horde. Times are milliseconds since the epoch, kudos are integer cents. */
export interface HordeTables
  extends
    HordeAccessTables,
    HordeAccountTables,
    HordeAlchemyTables,
    HordeHostTables,
    HordeKudosTables,
    HordeWorkTables,
    HordeModerationTables,
    HordeSignInTables,
    HordeStyleTables,
    HordeCommunityTables {}
