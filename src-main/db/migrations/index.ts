import type { Migration } from 'kysely/migration';
import { accounts } from './0010-accounts.ts';
import { work } from './0020-work.ts';
import { studio } from './0100-studio.ts';
import { creations } from './0110-creations.ts';
import { hordeSafety } from './0120-horde-safety.ts';
import { queueInMemory } from './0130-queue-in-memory.ts';
import { severalProcesses } from './0190-several-processes.ts';
import { kindsOfWork } from './0200-kinds-of-work.ts';
import { accountRights } from './0220-account-rights.ts';
import { kudosMovements } from './0240-kudos-movements.ts';
import { styles } from './0260-styles.ts';
import { teamsAndMessages } from './0265-teams-and-messages.ts';
import { documents } from './0270-documents.ts';
import { moderation } from './0280-moderation.ts';
import { hordeSettings } from './0300-horde-settings.ts';
import { alchemy } from './0310-alchemy.ts';
import { signIn } from './0320-sign-in.ts';

/**
 * Every migration by its name, in order. Append only: a landed step never changes. Listed here and
 * not read from a folder, since a bundle has none.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '0010-accounts': accounts,
  '0020-work': work,
  '0100-studio': studio,
  '0110-creations': creations,
  '0120-horde-safety': hordeSafety,
  '0130-queue-in-memory': queueInMemory,
  '0190-several-processes': severalProcesses,
  '0200-kinds-of-work': kindsOfWork,
  '0220-account-rights': accountRights,
  '0240-kudos-movements': kudosMovements,
  '0260-styles': styles,
  '0265-teams-and-messages': teamsAndMessages,
  '0270-documents': documents,
  '0280-moderation': moderation,
  '0300-horde-settings': hordeSettings,
  '0310-alchemy': alchemy,
  '0320-sign-in': signIn,
};
