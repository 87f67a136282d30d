import { DatabaseError } from 'pg';
import { DatabaseServerError } from '../errors.ts';
import { isConnectionLoss } from './faults.ts';

/** Where a database is, in words that hold no secret. */
export interface ServerAddress {
  readonly url: string;
  /** Host and port. */
  readonly server: string;
  readonly database: string;
  readonly user: string;
}

/** @throws DatabaseServerError */
export function parseAddress(url: string): ServerAddress {
  // The error of the constructor would hold the address, and with it the password.
  const parsed = URL.parse(url);
  const database = decodeURIComponent(parsed?.pathname.slice(1) ?? '');
  const host = parsed?.hostname || parsed?.searchParams.get('host');
  if (!parsed || !host || database === '') {
    throw new DatabaseServerError(
      'The address of the database is not understood. It reads postgres://user:password@host:5432/name.',
    );
  }
  const user = decodeURIComponent(parsed.username);
  return { url, server: `${host}:${parsed.port || '5432'}`, database, user };
}

const reasons: Readonly<Record<string, (address: ServerAddress) => string>> = {
  '28P01': ({ user }) => `refuses the password of the user ${user}`,
  '28000': ({ user }) => `does not admit the user ${user} from this computer`,
  '3D000': ({ database }) =>
    `has no database named ${database}. Create it there with: createdb --encoding=UTF8 --template=template0 ${database}`,
  '42501': ({ user, database }) => `does not let the user ${user} make tables in the database ${database}`,
  '53300': () => 'has no connection left for Yurt, which takes up to 12',
};

/** The sentence for a server that could not be used; errors of the program pass as they are. */
export function serverProblem(error: unknown, address: ServerAddress): unknown {
  const where = `The PostgreSQL server at ${address.server}`;
  if (error instanceof DatabaseError) {
    const reason = reasons[error.code ?? '']?.(address);
    if (reason !== undefined) return new DatabaseServerError(`${where} ${reason}.`);
    return error.severity === 'FATAL' ? new DatabaseServerError(`${where} says: ${error.message}.`) : error;
  }
  if (!isConnectionLoss(error)) return error;
  return new DatabaseServerError(
    `${where} does not answer. Check that it runs and takes connections, and that --database names its host and port.`,
  );
}

/** The oldest server that is supported, in its makers' own care as well. */
const minVersion = 14;

/** What a server says of itself. */
export interface ServerFacts {
  /** As in `server_version_num`: 170_002 for 17.2. */
  readonly version: number;
  readonly encoding: string;
}

/** @throws DatabaseServerError for a server that Yurt cannot work with */
export function refuseServer({ version, encoding }: ServerFacts, address: ServerAddress): void {
  const major = Math.floor(version / 10_000);
  if (major < minVersion) {
    throw new DatabaseServerError(
      `The PostgreSQL server at ${address.server} has version ${major}. Yurt needs version ${minVersion} or newer.`,
    );
  }
  if (encoding !== 'UTF8') {
    throw new DatabaseServerError(
      `The database ${address.database} at ${address.server} stores text as ${encoding}. Yurt needs one made with: createdb --encoding=UTF8 --template=template0 ${address.database}`,
    );
  }
}
