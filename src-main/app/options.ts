import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isServerAddress } from '#main/db/server-address.ts';
import { defaultDataDir } from '#main/platform/node-folders.ts';
import type { PortChoice } from './create-app.ts';
import { StartError } from './start-error.ts';

/** What a person may choose at the start, of either host. */
export interface StartOptions {
  readonly dataDir: string;
  /** Address of a PostgreSQL database instead of the file in the data folder. Holds a password: never log it. */
  readonly database: string | undefined;
  readonly appPort: PortChoice;
  readonly hordePort: PortChoice;
  readonly host: string;
  readonly startsWorker: boolean;
  readonly isJson: boolean;
  /** Asked for without a window, by name: then a second start is an error and not a visit. */
  readonly isHeadless: boolean;
  /** Checks the kudos of the private horde instead of starting, and mends what a check can rebuild. */
  readonly ledger: 'check' | 'repair' | undefined;
  /** Opens the interface in the browser of this desktop. */
  readonly opens: boolean;
}

const defaults = { appPort: 7010, hordePort: 7001 };
const usage =
  '--headless --data DIR --database postgres://USER:PASSWORD@HOST/NAME --app-port N --horde-port N --host ADDR --no-worker --json (port 0: any free one); --check-ledger or --repair-ledger with --data or --database';

/**
 * Reads the arguments behind the program's own. The variable YURT_DATABASE does for `--database`, which every
 * user of the computer could read in the list of processes. With `ignoresUnknown` what is none of ours passes:
 * an installed app also gets switches of Chromium and of the system that starts it.
 * @throws StartError bad_arguments
 */
export function readOptions(args: readonly string[], { ignoresUnknown = false } = {}): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: !ignoresUnknown,
      options: {
        headless: { type: 'boolean' },
        open: { type: 'boolean' },
        json: { type: 'boolean' },
        data: { type: 'string' },
        database: { type: 'string' },
        'app-port': { type: 'string' },
        'horde-port': { type: 'string' },
        host: { type: 'string' },
        'no-worker': { type: 'boolean' },
        'check-ledger': { type: 'boolean' },
        'repair-ledger': { type: 'boolean' },
      },
    });
    return {
      dataDir: resolve(textOf(values, 'data') ?? defaultDataDir(process.platform, process.env)),
      database: databaseAddress(textOf(values, 'database') ?? process.env['YURT_DATABASE']),
      appPort: portChoice(textOf(values, 'app-port'), defaults.appPort),
      hordePort: portChoice(textOf(values, 'horde-port'), defaults.hordePort),
      host: textOf(values, 'host') ?? '127.0.0.1',
      startsWorker: values['no-worker'] !== true,
      ledger:
        values['repair-ledger'] === true ? 'repair' : values['check-ledger'] === true ? 'check' : undefined,
      isJson: values.json === true,
      isHeadless: values.headless === true,
      opens: values.open === true,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // An address that stands in the wrong place would show its password; so would the cause.
    const shown = reason.replaceAll(/postgres(ql)?:\/\/\S*/gi, 'postgres://…');
    throw new StartError('bad_arguments', `${shown}\nOptions: ${usage}`);
  }
}

/** The lenient parser gives `true` for an option whose value is missing. */
function textOf(values: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = values[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new Error(`Option '--${name} <value>' argument missing`);
}

function databaseAddress(given: string | undefined): string | undefined {
  if (given === undefined || given === '' || isServerAddress(given)) return given || undefined;
  throw new Error('The database is given as postgres://USER:PASSWORD@HOST/NAME.');
}

function portChoice(given: string | undefined, byDefault: number): PortChoice {
  if (given === undefined) return { port: byDefault, isChosen: false };
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${given} is no port.`);
  return { port, isChosen: true };
}
