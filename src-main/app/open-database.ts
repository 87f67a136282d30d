import { existsSync, renameSync } from 'node:fs';
import type { Logger } from 'pino';
import { type AppDatabase, openDatabase } from '#main/db/database.ts';
import { DatabaseDamagedError, DatabaseFromFutureError, DatabaseServerError } from '#main/db/errors.ts';
import { isServerAddress } from '#main/db/server-address.ts';
import type { SystemNotice } from '#shared/studio/system/schema.ts';
import { StartError } from './start-error.ts';

export interface OpenedDatabase {
  readonly db: AppDatabase;
  readonly notices: SystemNotice[];
}

/**
 * Opens the app's database, a file or one on a server. A damaged file is moved aside, kept, and told of, and a
 * new one begins.
 * @throws StartError
 */
export async function openAppDatabase(target: string, now: number, log: Logger): Promise<OpenedDatabase> {
  try {
    return { db: await openDatabase(target), notices: [] };
  } catch (error) {
    if (error instanceof DatabaseFromFutureError) {
      throw new StartError('data_from_newer_version', error.message, {}, error);
    }
    if (error instanceof DatabaseServerError) {
      throw new StartError('database_unusable', error.message, {}, error);
    }
    if (!(error instanceof DatabaseDamagedError) || isServerAddress(target)) throw error;
    const aside = `${target}.damaged-${now}`;
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(target + suffix)) renameSync(target + suffix, aside + suffix);
    }
    log.error({ err: error, aside }, 'the database was damaged and is kept aside');
    return {
      db: await openDatabase(target),
      notices: [{ code: 'database_restored_empty', details: { file: aside } }],
    };
  }
}
