import { expect, type Locator, type Page } from '@playwright/test';
import type { themes } from '../fixtures/views.ts';
import { say } from '../fixtures/words.ts';

/** The screens that the navigation leads to. */
export const screens = ['create', 'gallery', 'worker', 'settings'] as const;
export type Screen = (typeof screens)[number];

export const linkTo = (page: Page, screen: Screen): Locator =>
  page.getByRole('link', { name: say(`shell:nav.${screen}`), exact: true });

export const headingOf = (page: Page, screen: Screen): Locator =>
  page.getByRole('heading', { name: say(`${screen}:title`), level: 1 });

/** Goes to a screen by the navigation and waits until it is there. */
export async function goTo(page: Page, screen: Screen): Promise<void> {
  await linkTo(page, screen).click();
  await expect(headingOf(page, screen)).toBeAttached();
}

export async function expectTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme);
}
