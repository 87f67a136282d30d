import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import buildRollingStream from 'pino-roll';

/** The structured log and the way to end it without losing lines. */
export interface AppLog {
  readonly log: Logger;
  close(): Promise<void>;
}

/** Headers and fields that would put a key or a secret into a log file. */
const secretPaths = [
  'apikey',
  'apiKey',
  'secret',
  'control',
  '*.apikey',
  '*.apiKey',
  '*.secret',
  'req.headers.apikey',
  'req.headers.cookie',
  'req.headers.authorization',
];

/**
 * Opens `<dataDir>/logs/yurt.<n>.log`: JSON lines, rotated at 5 MB, five files kept. A log that
 * cannot be written (full disk) never stops the app: its lines are dropped.
 */
export async function openLog(dataDir: string, level: string): Promise<AppLog> {
  const stream = await buildRollingStream({
    file: join(dataDir, 'logs', 'yurt'),
    extension: '.log',
    size: '5m',
    limit: { count: 5 },
    mkdir: true,
  });
  stream.on('error', () => undefined);
  const log = pino({ level, base: null, redact: { paths: secretPaths, censor: '[hidden]' } }, stream);
  return {
    log,
    close: () =>
      new Promise((resolve) => {
        stream.once('close', resolve);
        stream.once('error', () => resolve());
        stream.end();
      }),
  };
}
