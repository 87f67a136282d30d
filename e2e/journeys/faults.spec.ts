import { coreIsAway } from '../fixtures/page-watch.ts';
import { expect, test } from '../fixtures/test.ts';
import { say } from '../fixtures/words.ts';
import { createScreen, redCircle, workTimeout } from '../pages/create-screen.ts';
import { galleryScreen, readGallery } from '../pages/gallery-screen.ts';

test('core killed at work: the page says so, and the picture is made once core is back', async ({
  page,
  yurt,
  watch,
}) => {
  const create = createScreen(page);
  await create.open(yurt.line.app);
  const count = 4;
  await create.setSteps(40);
  await create.setCount(count);
  await create.send(redCircle);
  const card = create.card(redCircle, count);
  await card.expectState('working', { count, current: 1 });

  watch.expectFault(coreIsAway);
  await yurt.kill();
  await expect(page.getByText(say('shell:offline.said'))).toBeVisible();
  await yurt.start();
  await expect(page.getByText(say('shell:signedOut.text'))).toBeVisible();

  const tab = await page.context().newPage();
  await createScreen(tab).open(yurt.line.app);
  await tab.close();
  // By itself: the page looks again until its browser is signed in.
  await expect(page.getByText(say('shell:signedOut.text'))).toBeHidden();
  await card.expectState('done', { count });
  await expect(card.pictures).toHaveCount(count);
  expect(await readGallery(page)).toHaveLength(count);
  await expect(create.prompt).toHaveValue(redCircle);
});

test('a hostile prompt is words and nothing else, on every screen', async ({ page, yurt }) => {
  const hostile = `<img src=x onerror="document.title='owned'"> "><script>document.title='owned'</script> $t(shell:app) {{count}} \u202Etxt.exe ' OR 1=1 --`;
  const create = createScreen(page);
  const gallery = galleryScreen(page);
  await create.open(yurt.line.app);
  await create.send(hostile);
  const card = page.getByRole('article').first();
  await expect(card.getByRole('heading')).toHaveText(hostile);
  await expect(card).toContainText(say('creations:state.done', { count: 1 }), { timeout: workTimeout });
  await expect(card.getByRole('button', { name: hostile })).toBeVisible();

  await gallery.open();
  await expect(gallery.pictures).toHaveCount(1);
  await gallery.pictures.first().click();
  await expect(page.getByRole('dialog').getByText(hostile).first()).toBeVisible();
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  await expect(page).not.toHaveTitle(/owned/);
  const [image] = await readGallery(page);
  expect(image?.prompt).toBe(hostile);
  expect(image?.fileName).toMatch(/^[\w./-]+\.webp$/);
});

test('without its link, or with one that was used, a browser sees no more than how to get in', async ({
  page,
  yurt,
  browser,
}) => {
  await createScreen(page).open(yurt.line.app);
  const stranger = await browser.newPage();
  for (const address of [yurt.line.app, new URL('/gallery', yurt.line.app).href]) {
    const answer = await stranger.goto(address);
    expect(answer?.status()).toBe(401);
    await expect(stranger.getByRole('heading', { level: 1 })).toContainText('link');
  }
  await stranger.close();
});
