import { defineConfig } from '@playwright/test';
import { findElectron } from '../../tools/electron.mjs';

/** Journeys through the window of the built app, where Electron's binary is installed. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../node_modules/.cache/e2e/electron',
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // One window at a time: a test of what is in front would else depend on its neighbour.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  projects: [{ name: 'electron', metadata: { hasElectron: findElectron() !== undefined } }],
});
