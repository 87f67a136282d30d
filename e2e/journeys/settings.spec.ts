import type { Page } from '@playwright/test';
import { coreIsAway } from '../fixtures/page-watch.ts';
import { expect, test } from '../fixtures/test.ts';
import { say } from '../fixtures/words.ts';
import { createScreen } from '../pages/create-screen.ts';

const themeOf = (page: Page) => page.locator('html').getAttribute('data-mantine-color-scheme');

test('the chosen theme holds over a reload and a restart, and System follows the computer', async ({
  page,
  yurt,
  watch,
}) => {
  const choose = (theme: string) =>
    page.getByText(say(`settings:theme.value.${theme}`), { exact: true }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  await createScreen(page).open(yurt.line.app);
  await page.getByRole('link', { name: say('shell:nav.settings'), exact: true }).click();
  await expect.poll(() => themeOf(page)).toBe('light');
  await choose('dark');
  await expect.poll(() => themeOf(page)).toBe('dark');

  await page.reload();
  await expect.poll(() => themeOf(page)).toBe('dark');
  watch.expectFault(coreIsAway);
  await yurt.stop();
  await yurt.start();
  await createScreen(page).open(yurt.line.app);
  await expect.poll(() => themeOf(page)).toBe('dark');

  await page.getByRole('link', { name: say('shell:nav.settings'), exact: true }).click();
  await choose('system');
  await expect.poll(() => themeOf(page)).toBe('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => themeOf(page)).toBe('dark');
});
