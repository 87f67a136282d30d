import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';
import { findElectron } from '../../tools/electron.mjs';
import { projectRoot } from '../../tools/setup.mjs';

export { expect } from '@playwright/test';

const isRoot = process.getuid?.() === 0;

/** The desktop app on one data folder. */
export interface Desktop {
  readonly dataDir: string;
  /** Opens the app and gives its window's page. */
  start(): Promise<{ app: ElectronApplication; page: Page }>;
  /** Starts it once more beside the running one and gives the exit code. */
  startAgain(): Promise<number | null>;
}

const argumentsFor = (dataDir: string): string[] => [
  projectRoot,
  '--data',
  dataDir,
  '--app-port',
  '0',
  '--horde-port',
  '0',
];

interface Fixtures {
  readonly desktop: Desktop;
  readonly needsElectron: void;
}

export const test = base.extend<Fixtures>({
  needsElectron: [
    async ({}, use, { project }) => {
      test.skip(project.metadata['hasElectron'] !== true, "Electron's binary is not installed.");
      await use();
    },
    { auto: true },
  ],
  desktop: async ({}, use) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'yurt-electron-'));
    const started: ElectronApplication[] = [];
    const executablePath = findElectron() ?? '';
    await use({
      dataDir,
      start: async () => {
        const app = await _electron.launch({
          executablePath,
          args: argumentsFor(dataDir),
          cwd: projectRoot,
          // The sandbox is under test; root alone has none.
          chromiumSandbox: !isRoot,
        });
        started.push(app);
        return { app, page: await app.firstWindow() };
      },
      startAgain: async () => {
        const flags = isRoot ? ['--no-sandbox'] : [];
        const child = spawn(executablePath, [...flags, ...argumentsFor(dataDir)], { stdio: 'ignore' });
        await once(child, 'exit');
        return child.exitCode;
      },
    });
    for (const app of started) await app.close().catch(() => undefined);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  },
});
