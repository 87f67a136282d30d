import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { findChromium, launchOptionsOf } from './fixtures/chromium.ts';

const chromium = await findChromium();

/**
 * Journeys of people through the built app in a real Chromium. Each starts an app of its own on fresh
 * data. Nothing is tried twice: a journey that fails now and then is a defect.
 */
export default defineConfig({
  testDir: './journeys',
  outputDir: '../node_modules/.cache/e2e/results',
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // The app under test makes pictures on the processor; two at once on two cores would only wait.
  workers: Math.max(1, Math.floor(availableParallelism() / 4)),
  // Limits of waits in vain: a busy machine may need long for what is quick elsewhere.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: {
    actionTimeout: 60_000,
    locale: 'en-US',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: launchOptionsOf(chromium),
  },
  projects: [{ name: 'browser', metadata: { hasChromium: chromium !== undefined } }],
});
