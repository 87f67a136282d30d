import { spawn } from 'node:child_process';
import packageJson from '../../package.json' with { type: 'json' };
import type { RunningApp } from './create-app.ts';
import type { StartError } from './start-error.ts';

/**
 * Says on standard output where the started app is: sentences at once, or one line of JSON as soon as the
 * engine has told its models (`architecture.md`).
 */
export async function announce(app: RunningApp, options: { isJson: boolean; opens: boolean }): Promise<void> {
  const url = app.mintAppUrl();
  if (options.isJson) {
    const line = {
      version: packageJson.version,
      pid: process.pid,
      app: url,
      horde: app.hordeUrl,
      admin_key: app.adminKey,
      worker: { models: await app.models },
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  process.stdout.write(`Yurt is ready. Open ${url}\nThe horde's API is at ${app.hordeUrl}/api/v2\n`);
  if (options.opens) openInBrowser(url);
}

/** Says why the app did not start: the sentence on standard error, with `--json` also a line of JSON. */
export function reportFailure(error: StartError, isJson: boolean): void {
  if (isJson) {
    const line = {
      error: error.code,
      ...error.details,
      ...(error.code === 'already_running' ? {} : { message: error.message }),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  process.stderr.write(`${error.message}\n`);
}

/** Opens an address in the person's browser, where this session has a desktop. */
export function openInBrowser(url: string): void {
  const hasDesktop =
    process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  if (!hasDesktop) return;
  const [command, ...args]: [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  // A desktop without an opener: the printed address still works.
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
