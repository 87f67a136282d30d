import type { Migration } from 'kysely/migration';
import { accounts } from './0010-accounts.ts';
import { work } from './0020-work.ts';
import { studio } from './0100-studio.ts';
import { creations } from './0110-creations.ts';
import { hordeSafety } from './0120-horde-safety.ts';
import { queueInMemory } from './0130-queue-in-memory.ts';

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
};
