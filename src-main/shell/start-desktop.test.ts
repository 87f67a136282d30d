import { afterEach, describe, expect, it, vi } from 'vitest';
import { startArguments } from './start-desktop.ts';
import { app } from './testing/fake-electron.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

const ownArguments = process.argv;
afterEach(() => {
  process.argv = ownArguments;
  app.isPackaged = false;
});

describe('startArguments', () => {
  it('takes what follows the folder of the app, behind switches of Electron and Chromium', () => {
    process.argv = ['electron', '--no-sandbox', '--inspect=0', '/the/app', '--data', 'here'];
    expect(startArguments()).toEqual({ args: ['--data', 'here'], isInstalled: false });
    process.argv = ['electron', '/the/app'];
    expect(startArguments().args).toEqual([]);
    process.argv = ['electron'];
    expect(startArguments().args).toEqual([]);
  });

  it('takes everything behind the program of an installed app, where others may be among it', () => {
    app.isPackaged = true;
    process.argv = ['/opt/Yurt/yurt', '--ozone-platform=wayland', '--data', 'here'];
    expect(startArguments()).toEqual({
      args: ['--ozone-platform=wayland', '--data', 'here'],
      isInstalled: true,
    });
  });
});
