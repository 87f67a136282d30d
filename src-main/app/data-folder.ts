import { mkdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { isDiskFull } from '#main/platform/disk-full.ts';
import { StartError } from './start-error.ts';

/** What a running app leaves for a second start on the same folder. Readable by its owner only. */
export interface InstanceRecord {
  readonly pid: number;
  readonly appOrigin: string;
  /** Bearer token that mints a fresh one-time link of the running app. */
  readonly control: string;
}

/** The data folder, held by this process until `release`. */
export interface HeldDataFolder {
  announce(record: InstanceRecord): void;
  release(): void;
}

const instanceFile = 'instance.json';

/**
 * Makes the folder, proves that it can be written, and takes it for this process. The lock is an
 * exclusive lock of the operating system on a file of its own (through SQLite, which knows how on
 * every platform): it ends with the process however that ends, so a killed app leaves no closed folder.
 * @throws StartError data_folder_unusable · disk_full · already_running
 */
export function holdDataFolder(dataDir: string): HeldDataFolder {
  makeWritable(dataDir);
  const lock = takeLock(dataDir);
  return {
    announce: (record) => {
      writeFileSync(join(dataDir, instanceFile), JSON.stringify(record), { mode: 0o600 });
    },
    release: () => {
      rmSync(join(dataDir, instanceFile), { force: true });
      lock.close();
    },
  };
}

/** The record of the app that holds the folder, if it can be read. */
export function readInstance(dataDir: string): InstanceRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(join(dataDir, instanceFile), 'utf8'));
    return isInstanceRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isInstanceRecord(value: unknown): value is InstanceRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'appOrigin' in value &&
    typeof value.appOrigin === 'string' &&
    'control' in value &&
    typeof value.control === 'string'
  );
}

function makeWritable(dataDir: string): void {
  const probe = join(dataDir, `.write-test-${process.pid}`);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!statSync(dataDir).isDirectory()) throw new Error('it is a file');
    writeFileSync(probe, 'yurt'.repeat(1024));
    unlinkSync(probe);
  } catch (error) {
    throw folderError(dataDir, error);
  }
}

function takeLock(dataDir: string): BetterSqlite3.Database {
  let connection: BetterSqlite3.Database | undefined;
  try {
    connection = new BetterSqlite3(join(dataDir, 'lock'), { timeout: 0 });
    connection.exec('BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection?.close();
    if (error instanceof BetterSqlite3.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw alreadyRunning(dataDir);
    }
    throw folderError(dataDir, error);
  }
}

function alreadyRunning(dataDir: string): StartError {
  const instance = readInstance(dataDir);
  return new StartError(
    'already_running',
    `Yurt already runs on ${dataDir}${instance ? ` (process ${instance.pid})` : ''}.`,
    instance ? { pid: instance.pid } : {},
  );
}

/** Says in words why a folder cannot be used; passes other errors through. */
export function folderError(dataDir: string, error: unknown): unknown {
  if (isDiskFull(error)) {
    return new StartError(
      'disk_full',
      `The disk that holds ${dataDir} is full. Free some space, or choose another folder with --data.`,
      {},
      error,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError(
    'data_folder_unusable',
    `Yurt cannot write to its data folder ${dataDir} (${reason}). Allow this user to write there, or choose another folder with --data.`,
    {},
    error,
  );
}
