import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoutes } from '#shared/studio/routes.ts';
import { say } from '../fixtures/words.ts';
import { createScreen, redCircle } from '../pages/create-screen.ts';
import { expect, test } from './desktop.ts';

test('the window shows the interface and keeps to it', async ({ desktop }) => {
  const { app, page } = await desktop.start();
  await expect(createScreen(page).create).toBeEnabled();
  const origin = new URL(page.url()).origin;
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

  await test.step('Node is out of its reach, the bridge has its few functions', async () => {
    expect(
      await page.evaluate(() => ['require', 'process', 'module'].filter((name) => name in globalThis)),
    ).toEqual([]);
    const bridge = await page.evaluate(() => Object.keys(Reflect.get(globalThis, 'desktopApi')).toSorted());
    expect(bridge).toEqual([
      'notifyFinished',
      'openExternal',
      'platform',
      'savePicture',
      'showInFolder',
      'version',
    ]);
  });

  await test.step('it goes nowhere else and opens nothing', async () => {
    // What the shell decides is asked for: a page that has not left yet would look like one that stays.
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.once('will-frame-navigate', (event) => {
        Reflect.set(globalThis, 'isNavigationStopped', event.defaultPrevented);
      });
    });
    expect(await page.evaluate(() => window.open('https://example.invalid/') === null)).toBe(true);
    await page.evaluate(() => {
      location.href = 'https://example.invalid/';
    });
    await expect.poll(() => app.evaluate(() => Reflect.get(globalThis, 'isNavigationStopped'))).toBe(true);
    await expect(createScreen(page).create).toBeEnabled();
    expect(new URL(page.url()).origin).toBe(origin);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });
});

test('a prompt becomes a picture that is saved where the person says', async ({ desktop }) => {
  const { app, page } = await desktop.start();
  const create = createScreen(page);
  await expect(create.create).toBeEnabled();
  await create.send(redCircle);
  await create.card(redCircle).expectState('done', { count: 1 });

  const target = join(desktop.dataDir, 'saved.webp');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, target);
  const outcome = await page.evaluate(async (path) => {
    const { images } = await (await fetch(path)).json();
    return Reflect.get(globalThis, 'desktopApi').savePicture({ imageId: images[0].id });
  }, appRoutes.gallery);
  expect(outcome).toBe('saved');
  expect(readFileSync(target).toString('latin1', 8, 12)).toBe('WEBP');
});

test('the window comes back where it was, and the app ends whole', async ({ desktop }) => {
  const first = await desktop.start();
  const wanted = { x: 60, y: 70, width: 1100, height: 760 };
  await first.app.evaluate(({ BrowserWindow }, bounds) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(bounds);
  }, wanted);
  const exited = new Promise<number | null>((resolve) => first.app.process().once('exit', resolve));
  await first.app.evaluate(({ app }) => app.quit()).catch(() => undefined);
  expect(await exited).toBe(0);
  expect(existsSync(join(desktop.dataDir, 'instance.json'))).toBe(false);

  const second = await desktop.start();
  const bounds = await second.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  );
  expect(bounds).toMatchObject({ width: wanted.width, height: wanted.height });
});

test('a closed window goes on in the tray, and a second start brings it back', async ({ desktop }) => {
  test.skip(process.platform === 'darwin', 'On macOS an app outlives its window in any case.');
  const { app, page } = await desktop.start();
  const isVisible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  await expect(createScreen(page).create).toBeEnabled();
  await page.evaluate(
    (path) =>
      fetch(path, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ closeToTray: true }),
      }),
    appRoutes.settings,
  );
  // The shell hears of it by the stream of events.
  await expect
    .poll(async () => {
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
      return isVisible();
    })
    .toBe(false);
  expect(await desktop.startAgain()).toBe(0);
  await expect.poll(isVisible).toBe(true);
});

test('a page whose process dies is there again', async ({ desktop }) => {
  const { app, page } = await desktop.start();
  await expect(createScreen(page).create).toBeEnabled();
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
  const label = say('create:create');
  await expect
    .poll(() =>
      app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        if (!contents || contents.isCrashed()) return '';
        return String(await contents.executeJavaScript('document.body.innerText'));
      }),
    )
    .toContain(label);
});
