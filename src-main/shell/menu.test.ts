import { describe, expect, it } from 'vitest';
import { menuTemplate } from './menu.ts';

const actions = { openProjectPage: () => undefined, openDataFolder: () => undefined };
const rolesOf = (platform: NodeJS.Platform, isPackaged: boolean): (string | undefined)[] =>
  menuTemplate(platform, isPackaged, actions).flatMap((item) => [
    item.role,
    ...(Array.isArray(item.submenu) ? item.submenu.map((below) => below.role) : []),
  ]);

describe('menuTemplate', () => {
  it('has the roles that each system expects', () => {
    expect(rolesOf('darwin', true)[0]).toBe('appMenu');
    for (const platform of ['linux', 'win32'] as const) {
      expect(rolesOf(platform, true)).not.toContain('appMenu');
      expect(rolesOf(platform, true)).toContain('about');
    }
    for (const platform of ['darwin', 'linux', 'win32'] as const) {
      expect(rolesOf(platform, true)).toEqual(
        expect.arrayContaining(['fileMenu', 'editMenu', 'windowMenu', 'help']),
      );
    }
  });

  it('has developer tools in unpackaged starts alone', () => {
    expect(rolesOf('linux', false)).toContain('toggleDevTools');
    expect(rolesOf('linux', true)).not.toContain('toggleDevTools');
    expect(rolesOf('linux', true)).not.toContain('reload');
  });
});
