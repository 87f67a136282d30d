import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { createDreamer, type Dreamer, triesPerSlot } from '../fixtures/dreamer.ts';
import { hordeClientOf } from '../fixtures/horde.ts';
import { expect, test } from '../fixtures/test.ts';
import type { Yurt } from '../fixtures/yurt.ts';
import { createScreen, redCircle } from '../pages/create-screen.ts';
import { readGallery } from '../pages/gallery-screen.ts';

/** Requests that end otherwise than hoped for, at the hands of somebody else's worker. */
test.use({ yurtArgs: ['--no-worker'] });

const dreamerOf = ({ line }: Yurt): Promise<Dreamer> =>
  createDreamer(hordeClientOf(line.horde, line.admin_key), line.worker.models);

async function failForGood(dreamer: Dreamer): Promise<void> {
  for (let attempt = 0; attempt < triesPerSlot; attempt += 1) {
    for (const id of await dreamer.take()) await dreamer.fail(id);
  }
}

test('a request that no worker could finish failed, and is made when it is tried again', async ({
  page,
  yurt,
}) => {
  const create = createScreen(page);
  await create.open(yurt.line.app);
  await create.send(redCircle);
  const card = create.card(redCircle);
  await card.expectState('impossible');

  const dreamer = await dreamerOf(yurt);
  await failForGood(dreamer);
  await card.expectState('failed');
  expect(await readGallery(page)).toHaveLength(0);

  await card.button('retry').click();
  await expect(page.getByRole('article')).toHaveCount(2);
  const again = create.card(redCircle);
  await again.expectState('waiting');
  for (const id of await dreamer.take()) await dreamer.finish(id);
  await again.expectState('done', { count: 1 });
  expect(await readGallery(page)).toHaveLength(1);
});

test('what a worker finished before it failed is kept, and the rest can be asked for', async ({
  page,
  yurt,
}) => {
  const create = createScreen(page);
  await create.open(yurt.line.app);
  await create.setCount(2);
  await create.send(redCircle);
  const card = create.card(redCircle, 2);
  await card.expectState('impossible');

  const dreamer = await dreamerOf(yurt);
  const [first = ''] = await dreamer.take();
  await dreamer.finish(first);
  await failForGood(dreamer);
  await card.expectState('partial', { saved: 1, missing: 1, count: 2 });
  await expect(card.pictures).toHaveCount(1);
  expect(await readGallery(page)).toHaveLength(1);

  await card.button('retryMissing', { count: 1 }).click();
  const again = create.card(redCircle);
  for (const id of await dreamer.take()) await dreamer.finish(id);
  await again.expectState('done', { count: 1 });
  expect(await readGallery(page)).toHaveLength(2);
});

test('a request that the horde has let go of while nobody asked says that it expired', async ({
  page,
  yurt,
}) => {
  const create = createScreen(page);
  await create.open(yurt.line.app);
  await create.send(redCircle);
  await create.card(redCircle).expectState('impossible');
  await page.close();
  await yurt.stop();

  const db = new BetterSqlite3(join(yurt.dataDir, 'yurt.db'));
  db.exec('update horde_requests set expiry = 1');
  db.close();

  await yurt.start();
  const later = await page.context().newPage();
  const screen = createScreen(later);
  await screen.open(yurt.line.app);
  const card = screen.card(redCircle);
  await card.expectState('expired');
  await expect(card.button('retry')).toBeVisible();
  await later.close();
});
