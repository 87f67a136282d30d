import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/test.ts';
import { say } from '../fixtures/words.ts';
import { createScreen, redCircle, workTimeout } from '../pages/create-screen.ts';
import { goTo } from '../pages/frame.ts';
import { readGallery } from '../pages/gallery-screen.ts';

test('cancelling at work keeps what is finished, and the rest can be asked for again', async ({
  page,
  yurt,
}) => {
  // Many short ones: the first comes soon, and the last not before the button is pressed.
  const count = 20;
  const create = createScreen(page);
  await create.open(yurt.line.app);
  await create.setSteps(30);
  await create.setCount(count);
  await create.send(redCircle);
  const card = create.card(redCircle, count);

  await expect(card.pictures).not.toHaveCount(0, { timeout: workTimeout });
  await card.button('cancelRest').click();
  await expect(card.button('cancelRest')).toHaveCount(0);
  const saved = await readGallery(page);
  expect(saved.length).toBeGreaterThan(0);
  expect(saved.length).toBeLessThan(count);
  await expect(card.pictures).toHaveCount(saved.length);
  await card.expectState('cancelledWith', { saved: saved.length, count });

  await card.button('retryMissing', { count: count - saved.length }).click();
  await expect(page.getByRole('article')).toHaveCount(2);
  await expect(page.getByRole('article').first().getByRole('progressbar')).toBeVisible();
});

test.describe('without a worker', () => {
  test.use({ yurtArgs: ['--no-worker'] });

  test('the card says that nobody can do it, and its button starts the worker', async ({ page, yurt }) => {
    await createScreen(page).open(yurt.line.app);
    await expectStartedFromCard(page);
  });

  test('a cancelled request is made when it is tried again', async ({ page, yurt }) => {
    const create = createScreen(page);
    await create.open(yurt.line.app);
    await create.send(redCircle);
    const card = create.card(redCircle);
    await card.expectState('impossible');
    await card.button('cancel').click();
    await card.expectState('cancelled');

    await goTo(page, 'worker');
    await page.getByRole('button', { name: say('worker:resume') }).click();
    await expect(page.getByRole('heading', { name: say('worker:state.idle') })).toBeVisible();
    await goTo(page, 'create');
    expect(await readGallery(page)).toHaveLength(0);
    await card.button('retry').click();
    await card.expectState('done', { count: 1 });
    expect(await readGallery(page)).toHaveLength(1);
  });
});

test('a paused worker is named on the card within one poll, and its button starts it', async ({
  page,
  yurt,
}) => {
  await createScreen(page).open(yurt.line.app);
  await goTo(page, 'worker');
  await page.getByRole('button', { name: say('worker:pause') }).click();
  await expect(page.getByRole('heading', { name: say('worker:state.paused') })).toBeVisible();
  await goTo(page, 'create');
  await expectStartedFromCard(page);
});

/** Asks for a picture on the Create screen while the worker does not run, and starts it where the card says so. */
async function expectStartedFromCard(page: Page): Promise<void> {
  const create = createScreen(page);
  await create.send(redCircle);
  const card = create.card(redCircle);
  await card.expectState('impossible');
  await expect(card.root).toContainText(say('problems:workerStopped.what'));
  await card.root.getByRole('button', { name: say('problems:fix.startWorker') }).click();
  await card.expectState('done', { count: 1 });
}
