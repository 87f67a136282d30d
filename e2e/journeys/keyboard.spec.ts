import { tabTo } from '../fixtures/keyboard.ts';
import { expect, test } from '../fixtures/test.ts';
import { say } from '../fixtures/words.ts';
import { createScreen, endlessSteps, redCircle } from '../pages/create-screen.ts';
import { headingOf, linkTo } from '../pages/frame.ts';
import { galleryScreen } from '../pages/gallery-screen.ts';

test('the keyboard alone creates, cancels, looks, deletes and takes back', async ({ page, yurt }) => {
  const create = createScreen(page);
  const gallery = galleryScreen(page);
  await create.open(yurt.line.app);

  await test.step('create', async () => {
    await page.keyboard.type(redCircle);
    await page.keyboard.press('ControlOrMeta+Enter');
    await create.card(redCircle).expectState('done', { count: 1 });
  });

  await test.step('cancel', async () => {
    await tabTo(page, page.locator('summary', { hasText: say('create:full') }));
    await page.keyboard.press('Enter');
    await tabTo(page, create.steps);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(String(endlessSteps));
    await page.keyboard.press('ControlOrMeta+Enter');
    const card = create.card(redCircle);
    await tabTo(page, card.button('cancel'));
    await page.keyboard.press('ControlOrMeta+.');
    await card.expectState('cancelled');
  });

  await test.step('gallery and viewer', async () => {
    await tabTo(page, linkTo(page, 'gallery'));
    await page.keyboard.press('Enter');
    await expect(headingOf(page, 'gallery')).toBeFocused();
    await tabTo(page, gallery.pictures.first());
    await page.keyboard.press('Enter');
    await expect(gallery.viewer(redCircle)).toBeVisible();
  });

  await test.step('delete and undo', async () => {
    await page.keyboard.press('Delete');
    await expect(gallery.viewer(redCircle)).toBeHidden();
    await expect(page.getByText(say('viewer:binned', { count: 1 }))).toBeVisible();
    await expect(gallery.pictures).toHaveCount(0);
    await tabTo(page, page.getByRole('button', { name: say('viewer:undo') }));
    await page.keyboard.press('Enter');
    await expect(gallery.pictures).toHaveCount(1);
  });

  await test.step('Escape leaves the viewer where one came from', async () => {
    await tabTo(page, gallery.pictures.first());
    await page.keyboard.press('Enter');
    await expect(gallery.viewer(redCircle)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(gallery.viewer(redCircle)).toBeHidden();
    await expect(gallery.pictures.first()).toBeFocused();
  });
});

test('every screen has its shortcut, and ? lists them', async ({ page, yurt }) => {
  const create = createScreen(page);
  await create.open(yurt.line.app);
  // Letters are text in the prompt.
  await page.keyboard.press('Shift+Tab');
  for (const [keys, screen] of [
    ['gg', 'gallery'],
    ['gw', 'worker'],
    ['gs', 'settings'],
    ['gc', 'create'],
  ] as const) {
    await page.keyboard.type(keys);
    await expect(headingOf(page, screen)).toBeFocused();
  }
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: say('shell:shortcuts.title') });
  await expect(help).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
});
