import { homedir } from 'node:os';
import { join } from 'node:path';

/** The data folder of this user where none is given: by the habit of each system. */
export function defaultDataDir(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (platform === 'win32') return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Yurt');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Yurt');
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'yurt');
}
