import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserWindow as RealWindow } from 'electron';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { channelOf, type DesktopApi, type DesktopCalls } from '#shared/desktop-api/desktop-api.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { answerDesktopCalls } from './desktop-calls.ts';
import { createDesktopApi } from './preload/desktop-api.ts';
import { BrowserWindow, dialog, ipcMain, Notification, shell } from './testing/fake-electron.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

const origin = 'http://127.0.0.1:7010';
const bytes = Uint8Array.from([82, 73, 70, 70]);
const image: GalleryImage = {
  id: 'a',
  creationId: null,
  createdAt: 0,
  binnedAt: null,
  width: 1,
  height: 1,
  sizeBytes: 4,
  fileName: '2026-11/a-red-circle-0123.webp',
  prompt: 'a red circle',
  negativePrompt: '',
  model: 'Yurt Tiny',
  sampler: 'k_euler',
  karras: false,
  steps: 1,
  cfgScale: 1,
  seed: '1',
  hordeName: 'home',
  workerName: 'here',
  kudos: 0,
  isCensored: false,
  notes: [],
  imageUrl: '',
  thumbnailUrl: '',
};

let folder: string;
let window: BrowserWindow;
let focused: number;

const sentByPage = () => ({ sender: window.webContents, senderFrame: window.webContents.mainFrame });
/** The page's end of the bridge, joined to the shell's. */
const page = (): DesktopApi =>
  createDesktopApi({ version: '1.2.3', platform: 'linux' }, (channel, argument) =>
    ipcMain.invoke(channel, sentByPage(), argument),
  );

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-calls-'));
  window = new BrowserWindow({});
  answerDesktopCalls({
    // The fake has the few members that are used.
    window: window as unknown as RealWindow,
    focusWindow: () => {
      focused += 1;
    },
    core: {
      systemInfo: async () => ({
        version: '1.2.3',
        host: 'desktop',
        hordeUrl: '',
        dataDir: '/data',
        notices: [],
      }),
      galleryImage: async (id) => {
        if (id !== image.id) throw new Error('404');
        return image;
      },
      pictureBytes: async () => bytes,
    },
    isOwn: (url) => URL.parse(url)?.origin === origin,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  window.webContents.mainFrame.url = `${origin}/gallery`;
  window.hasFocus = false;
  focused = 0;
  Notification.shown = [];
  shell.opened.length = 0;
  shell.revealed.length = 0;
  dialog.saveTo = undefined;
});

describe('the bridge of the page', () => {
  it('offers exactly what its type names, and the shell answers each of its calls', () => {
    const api = page();
    const { version, platform, ...calls } = api;
    expect([version, platform]).toEqual(['1.2.3', 'linux']);
    const names = Object.keys(calls) as (keyof DesktopCalls)[];
    expect(names.map(channelOf).toSorted()).toEqual([...ipcMain.handlers.keys()].toSorted());
    expectTypeOf<keyof DesktopApi>().toEqualTypeOf<keyof typeof api>();
    expectTypeOf<typeof calls>().toEqualTypeOf<DesktopCalls>();
  });

  it('shows a picture in its folder by id', async () => {
    await page().showInFolder({ imageId: 'a' });
    expect(shell.revealed).toEqual([join('/data', 'gallery', '2026-11/a-red-circle-0123.webp')]);
    await expect(page().showInFolder({ imageId: 'b' })).rejects.toThrow('no longer in the gallery');
  });

  it('saves a picture where the person says, or nowhere', async () => {
    expect(await page().savePicture({ imageId: 'a' })).toBe('cancelled');
    dialog.saveTo = join(folder, 'mine.webp');
    expect(await page().savePicture({ imageId: 'a' })).toBe('saved');
    expect(new Uint8Array(readFileSync(dialog.saveTo))).toEqual(bytes);
    await expect(page().savePicture({ imageId: 'b' })).rejects.toThrow('no longer in the gallery');
  });

  it('tells of a finished picture unless the person is looking', async () => {
    window.hasFocus = true;
    expect(await page().notifyFinished({ title: 'Done', body: 'a red circle' })).toBe(false);
    window.hasFocus = false;
    expect(await page().notifyFinished({ title: 'Done', body: 'a red circle' })).toBe(true);
    expect(Notification.shown.map((notice) => notice.options)).toEqual([
      { title: 'Done', body: 'a red circle', silent: true },
    ]);
    Notification.shown[0]?.emit('click');
    expect(focused).toBe(1);
  });

  it('opens addresses that may be opened', async () => {
    expect(await page().openExternal({ url: 'https://aihorde.net/' })).toBe(true);
    expect(await page().openExternal({ url: 'file:///etc/passwd' })).toBe(false);
    expect(shell.opened).toEqual(['https://aihorde.net/']);
  });
});

describe('a call from elsewhere', () => {
  const call = (event: unknown): Promise<unknown> =>
    ipcMain.invoke(channelOf('showInFolder'), event, { imageId: 'a' });

  it('is refused from a frame inside the page, another window, another origin and a frame that is gone', async () => {
    const { sender, senderFrame } = sentByPage();
    for (const event of [
      { sender, senderFrame: { url: `${origin}/` } },
      { sender: new BrowserWindow({}).webContents, senderFrame },
      { sender, senderFrame: null },
    ]) {
      await expect(call(event)).rejects.toThrow('may not');
    }
    window.webContents.mainFrame.url = 'https://evil.example/';
    await expect(call(sentByPage())).rejects.toThrow('may not');
    expect(shell.revealed).toEqual([]);
  });

  it.each(['showInFolder', 'savePicture', 'notifyFinished', 'openExternal'] as const)(
    '%s refuses arguments that are not of its schema',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(fc.anything(), async (argument) => {
          await expect(ipcMain.invoke(channelOf(name), sentByPage(), argument)).rejects.toThrow('may not');
        }),
      );
      expect([shell.opened, shell.revealed, Notification.shown]).toEqual([[], [], []]);
    },
  );
});
