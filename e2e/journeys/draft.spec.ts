import { appRoutes } from '#shared/studio/routes.ts';
import { coreIsAway } from '../fixtures/page-watch.ts';
import { expect, test } from '../fixtures/test.ts';
import { say } from '../fixtures/words.ts';
import { createScreen } from '../pages/create-screen.ts';

const prompt = 'two yurts under the moon';
const avoided = 'trees';
const steps = 17;

test('the draft is kept over a reload, in a new tab and after a restart', async ({ page, yurt, watch }) => {
  const create = createScreen(page);
  const avoid = page.getByRole('textbox', { name: say('create:avoid.label') });
  await create.open(yurt.line.app);
  await create.setSteps(steps);
  await page.getByRole('button', { name: say('create:avoid.open') }).click();
  await avoid.fill(avoided);
  const saved = page.waitForResponse(
    (answer) => answer.url().endsWith(appRoutes.createDraft) && answer.request().method() === 'PUT',
  );
  await create.prompt.fill(prompt);
  await saved;

  await test.step('reload', async () => {
    await page.reload();
    await expect(create.prompt).toHaveValue(prompt);
    await expect(avoid).toHaveValue(avoided);
    await expect(create.steps).toHaveValue(String(steps));
  });

  await test.step('new tab', async () => {
    const tab = await page.context().newPage();
    await tab.goto(new URL(yurt.line.app).origin);
    await expect(createScreen(tab).prompt).toHaveValue(prompt);
    await tab.close();
  });

  await test.step('restart', async () => {
    // The page that is open loses its stream.
    watch.expectFault(coreIsAway);
    await yurt.stop();
    await yurt.start();
    const tab = await page.context().newPage();
    await tab.goto(yurt.line.app);
    await expect(createScreen(tab).prompt).toHaveValue(prompt);
  });
});
