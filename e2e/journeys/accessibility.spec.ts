import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from '../fixtures/axe.ts';
import { expect, test } from '../fixtures/test.ts';
import { sizes, views } from '../fixtures/views.ts';
import { say } from '../fixtures/words.ts';
import { createScreen, redCircle } from '../pages/create-screen.ts';
import { expectTheme, goTo, screens } from '../pages/frame.ts';
import { galleryScreen } from '../pages/gallery-screen.ts';

/** Looks at what the page shows at every size, in both themes. */
async function expectGoodInEveryView(page: Page, what: string): Promise<void> {
  for (const { name, size, theme } of views) {
    await test.step(`${what}, ${name}`, async () => {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await expectTheme(page, theme);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    });
  }
  await page.setViewportSize(sizes.desktop);
}

test('axe finds nothing grave and nothing scrolls sideways before the first picture', async ({
  page,
  yurt,
}) => {
  test.slow();
  await createScreen(page).open(yurt.line.app);
  for (const screen of screens) {
    await goTo(page, screen);
    await expectGoodInEveryView(page, screen);
  }
});

test('nor with pictures, full settings, a problem and a long prompt', async ({ page, yurt }) => {
  test.slow();
  const create = createScreen(page);
  const long = `${redCircle} ${'verylongword'.repeat(20)}`;
  await create.open(yurt.line.app);
  await create.send(redCircle);
  await create.card(redCircle).expectState('done', { count: 1 });
  await create.send(long);
  await create.card(long).expectState('done', { count: 1 });
  await goTo(page, 'worker');
  await page.getByRole('button', { name: say('worker:pause') }).click();
  await expect(page.getByRole('button', { name: say('worker:resume') })).toBeVisible();
  await expectGoodInEveryView(page, 'worker, paused');
  await goTo(page, 'create');
  await create.setSteps(20);
  await create.send(redCircle);
  await create.card(redCircle).expectState('impossible');
  await expectGoodInEveryView(page, 'create');
  await goTo(page, 'gallery');
  const gallery = galleryScreen(page);
  await expect(gallery.pictures).toHaveCount(2);
  await expectGoodInEveryView(page, 'gallery');
  await gallery.pictures.last().click();
  await expect(gallery.viewer(redCircle)).toBeVisible();
  await expectGoodInEveryView(page, 'viewer');
});
