import { coreIsAway } from '../fixtures/page-watch.ts';
import { test } from '../fixtures/test.ts';
import { say } from '../fixtures/words.ts';
import { createScreen } from '../pages/create-screen.ts';
import { expectTheme, goTo } from '../pages/frame.ts';

test('the chosen theme holds over a reload and a restart, and System follows the computer', async ({
  page,
  yurt,
  watch,
}) => {
  const choose = (theme: string) =>
    page.getByText(say(`settings:theme.value.${theme}`), { exact: true }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  await createScreen(page).open(yurt.line.app);
  await goTo(page, 'settings');
  await expectTheme(page, 'light');
  await choose('dark');
  await expectTheme(page, 'dark');

  await page.reload();
  await expectTheme(page, 'dark');
  watch.expectFault(coreIsAway);
  await yurt.stop();
  await yurt.start();
  await createScreen(page).open(yurt.line.app);
  await expectTheme(page, 'dark');

  await goTo(page, 'settings');
  await choose('system');
  await expectTheme(page, 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectTheme(page, 'dark');
});
