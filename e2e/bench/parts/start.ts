import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { findChromium, launchOptionsOf } from '../../fixtures/chromium.ts';
import { createYurt } from '../../fixtures/yurt.ts';
import { measureYurt } from '../measured.ts';
import type { Part } from '../part.ts';
import { type Figure, median } from '../report.ts';

const rounds = 5;
const restMs = 5000;

/** From nothing to a core that answers, to an interface that takes input, and what a resting core holds. */
export const start: Part = async ({ folder, say }) => {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    say(`start ${round + 1} of ${rounds}`);
    const dataDir = mkdtempSync(join(folder, 'data-'));
    cold.push(await secondsToReady(dataDir));
    warm.push(await secondsToReady(dataDir));
  }
  return [
    {
      what: 'headless core ready, fresh data',
      measured: median(cold),
      unit: 's',
      budget: { atMost: 1 },
      note: `${(await threadSecondsToReady(mkdtempSync(join(folder, 'data-')))).toFixed(2)} s of its thread`,
    },
    { what: 'headless core ready, data of before', measured: median(warm), unit: 's' },
    ...(await interfaceFigures(folder, say)),
    await restingMemory(mkdtempSync(join(folder, 'data-'))),
  ];
};

async function secondsToReady(dataDir: string): Promise<number> {
  const yurt = createYurt({ dataDir });
  const begin = performance.now();
  await yurt.start();
  const seconds = (performance.now() - begin) / 1000;
  await yurt.stop();
  return seconds;
}

/** What of a start is its own work, whatever else the machine does. */
async function threadSecondsToReady(dataDir: string): Promise<number> {
  const yurt = await measureYurt(dataDir);
  const { threadMs } = await yurt.read();
  await yurt.stop();
  return threadMs / 1000;
}

/** The browser is up already: it is the desktop's, or Electron itself, whose start is not core's. */
async function interfaceFigures(folder: string, say: (text: string) => void): Promise<Figure[]> {
  const found = await findChromium();
  if (!found) {
    say('no Chromium: the start of the interface is not measured');
    return [];
  }
  const browser = await chromium.launch(launchOptionsOf(found));
  const seconds: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      say(`interface ${round + 1} of ${rounds}`);
      const page = await browser.newPage();
      const yurt = createYurt({ dataDir: mkdtempSync(join(folder, 'data-')) });
      const begin = performance.now();
      const { app } = await yurt.start();
      await page.goto(app);
      await page.getByRole('textbox').or(page.getByRole('button')).first().click({ trial: true });
      seconds.push((performance.now() - begin) / 1000);
      await page.close();
      await yurt.stop();
    }
  } finally {
    await browser.close();
  }
  return [
    {
      what: 'interactive interface, fresh data',
      measured: median(seconds),
      unit: 's',
      budget: { atMost: 2 },
    },
  ];
}

async function restingMemory(dataDir: string): Promise<Figure> {
  const yurt = await measureYurt(dataDir);
  try {
    await delay(restMs);
    const { rssBytes } = await yurt.read();
    return {
      what: 'memory of core, idle',
      measured: rssBytes / 1024 / 1024,
      unit: 'MB',
      budget: { atMost: 150 },
      note: `${restMs / 1000} s after the start`,
    };
  } finally {
    await yurt.stop();
  }
}
