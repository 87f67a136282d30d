import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MainWindow, openMainWindow } from './main-window.ts';
import { app, BrowserWindow, dialog, screen } from './testing/fake-electron.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

const origin = 'http://127.0.0.1:7010';
let folder: string;
let links: number;
let hides: boolean;

/** Opens the window and lets its first link load. */
async function open(): Promise<{ main: MainWindow; fake: BrowserWindow }> {
  const main = openMainWindow({
    preloadFile: '/app/preload.cjs',
    iconFile: '/app/icon.png',
    stateFile: join(folder, 'window.json'),
    version: '1.2.3',
    mintLink: async () => `${origin}/?s=${++links}`,
    hidesOnClose: () => hides,
  });
  const fake = BrowserWindow.all.at(-1);
  if (!fake) throw new Error('there is no window');
  await vi.waitFor(() => expect(fake.webContents.loaded).toHaveLength(1));
  return { main, fake };
}

const crash = (fake: BrowserWindow, reason = 'crashed'): boolean =>
  fake.webContents.emit('render-process-gone', {}, { reason });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-main-window-'));
  links = 0;
  hides = false;
  BrowserWindow.all.length = 0;
  dialog.asked.length = 0;
  screen.displays = [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('openMainWindow', () => {
  it('opens locked, on a link of core alone, and shows when there is something to see', async () => {
    const { fake } = await open();
    expect(fake.options['webPreferences']).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      preload: '/app/preload.cjs',
      additionalArguments: ['--yurt-version=1.2.3'],
    });
    expect(fake.options['show']).toBe(false);
    expect(fake.webContents.loaded).toEqual([`${origin}/?s=1`]);
    expect(fake.isShown).toBe(true);
  });

  it('comes back where and as it was closed', async () => {
    const first = await open();
    first.fake.bounds = { x: 40, y: 50, width: 1400, height: 900 };
    first.fake.maximize();
    first.fake.close();
    const second = await open();
    expect(second.fake.options).toMatchObject({ x: 40, y: 50, width: 1400, height: 900 });
    expect(second.fake.isMaximized()).toBe(true);
    second.fake.close();
    screen.displays = [{ workArea: { x: 3000, y: 0, width: 1920, height: 1080 } }];
    expect((await open()).fake.options).not.toHaveProperty('x');
  });

  it('keeps a new place a moment after a move, before any close', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { fake } = await open();
      fake.bounds = { x: 5, y: 6, width: 1100, height: 800 };
      fake.emit('move');
      vi.advanceTimersByTime(100);
      fake.emit('resize');
      vi.advanceTimersByTime(450);
      expect(existsSync(join(folder, 'window.json'))).toBe(false);
      vi.advanceTimersByTime(100);
      expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toMatchObject({ x: 5, y: 6 });
    } finally {
      vi.useRealTimers();
    }
  });

  it('hides on close when the app goes on, and comes to the front again', async () => {
    hides = true;
    const { main, fake } = await open();
    fake.close();
    expect([fake.isGone, fake.isShown]).toEqual([false, false]);
    fake.minimize();
    main.focus();
    expect([fake.isShown, fake.isMinimized(), fake.hasFocus]).toEqual([true, false, true]);
    hides = false;
    fake.close();
    expect(fake.isGone).toBe(true);
    main.focus();
    main.leave();
  });

  it('appears even when there is nothing to load', async () => {
    openMainWindow({
      preloadFile: '',
      iconFile: '',
      stateFile: join(folder, 'window.json'),
      version: '',
      mintLink: () => Promise.reject(new Error('gone')),
      hidesOnClose: () => false,
    });
    await vi.waitFor(() => expect(BrowserWindow.all[0]?.isShown).toBe(true));
  });

  it('opens with its defaults on a file that is no state', async () => {
    writeFileSync(join(folder, 'window.json'), '{"x":');
    expect((await open()).fake.options).toMatchObject({ width: 1280, height: 860 });
  });
});

describe('a page whose process dies', () => {
  it('is loaded again where it was', async () => {
    const { fake } = await open();
    crash(fake);
    expect(fake.webContents.reloads).toBe(1);
    expect(fake.webContents.loaded).toHaveLength(1);
    crash(fake, 'clean-exit');
    expect(fake.webContents.reloads).toBe(1);
  });

  it('gets a fresh link when it died on its first, which works once', async () => {
    const { fake } = await open();
    fake.webContents.mainFrame.url = '';
    crash(fake, 'oom');
    await vi.waitFor(() => expect(fake.webContents.loaded).toEqual([`${origin}/?s=1`, `${origin}/?s=2`]));
    expect(fake.webContents.reloads).toBe(0);
  });

  it('is asked about when it dies again and again', async () => {
    const { fake } = await open();
    dialog.answer = 0;
    for (let deaths = 0; deaths < 3; deaths += 1) crash(fake);
    expect(fake.webContents.reloads).toBe(2);
    await vi.waitFor(() => expect(fake.webContents.reloads).toBe(3));
    expect(dialog.asked).toHaveLength(1);

    const quits: number[] = [];
    const quit = vi.spyOn(app, 'quit').mockImplementation(() => void quits.push(1));
    dialog.answer = 1;
    for (let deaths = 0; deaths < 3; deaths += 1) crash(fake);
    await vi.waitFor(() => expect(quits).toEqual([1]));
    quit.mockRestore();
  });
});
