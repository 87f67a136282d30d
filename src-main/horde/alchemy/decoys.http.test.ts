import { afterEach, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { type AlchemyHorde, alchemyHordes, onlyForm, picture } from './testing/open-alchemy.ts';

const hordes = alchemyHordes();
afterEach(() => hordes.closeAll());

async function pausedAlchemist(horde: AlchemyHorde): Promise<string> {
  const key = await horde.addUser({ id: 6, kudos: 100 });
  await horde.pop({}, key);
  const { id } = (await horde.call('GET', '/workers/name/Alchemist')).body;
  expect((await horde.call('PUT', `/workers/${id}`, { paused: true })).status).toBe(200);
  return key;
}

it('gives a paused alchemist forms of made-up pictures, for nothing, and only while real ones wait', async () => {
  const horde = await hordes.open();
  const key = await pausedAlchemist(horde);
  expect((await horde.pop({}, key)).body).toEqual({ forms: null, skipped: {} });
  const { id } = (await horde.ask(['caption'])).body;
  const books = await horde.balances();
  const decoy = onlyForm(await horde.pop({}, key));
  expect(decoy.form).toBe('caption');
  const shown = await horde.fetch(decoy.source_image);
  expect(shown.statusCode).toBe(200);
  expect(shown.rawPayload.equals(picture())).toBe(false);
  // Not twice for one request, and not twice within half a minute.
  expect((await horde.pop({}, key)).body.forms).toBeNull();
  await horde.ask(['caption']);
  expect((await horde.pop({}, key)).body.forms).toBeNull();
  horde.clock.now += 30_000;
  expect((await horde.pop({}, key)).body.forms).toHaveLength(1);
  horde.clock.now += 30_000;
  expect((await horde.pop({}, key)).body.forms).toBeNull();

  const owner = horde.ownerKey;
  expect((await horde.submit(decoy.id, { caption: 'a hill' }, {}, owner)).body.rc).toBe('WrongCredentials');
  expect((await horde.submit(decoy.id, { nsfw: true }, {}, key)).status).toBe(400);
  expect((await horde.submit(decoy.id, { caption: 'a hill' }, {}, key)).body).toEqual({ reward: 1 });
  expect((await horde.submit(decoy.id, { caption: 'a hill' }, {}, key)).body).toEqual({ reward: 1 });
  expect((await horde.submit(decoy.id, { caption: 'a cat' }, {}, key)).body.rc).toBe('DuplicateGen');
  expect(await horde.balances()).toEqual(books);
  expect((await horde.status(id)).body.forms).toEqual([{ form: 'caption', state: 'waiting' }]);
  expect((await horde.call('GET', '/workers/name/Alchemist')).body.requests_fulfilled).toBe(0);

  // Its own owner is served for real.
  await horde.ask(['caption'], {}, key);
  const own = onlyForm(await horde.pop({}, key));
  expect((await horde.fetch(own.source_image)).rawPayload.equals(picture())).toBe(true);
});

it('wants the picture of a made-up post-processing, and forgets it all in the end', async () => {
  const horde = await hordes.open();
  const key = await pausedAlchemist(horde);
  await horde.ask(['GFPGAN', 'caption']);
  const first = onlyForm(await horde.pop({ forms: ['GFPGAN'] }, key));
  const done = { GFPGAN: 'R2' };
  expect((await horde.submit(first.id, done, {}, key)).body.rc).toBe('ImageValidationFailed');
  expect((await horde.upload(first.r2_upload, picture(512, 512, 'broken'))).statusCode).toBe(200);
  expect((await horde.submit(first.id, done, {}, key)).body.rc).toBe('ImageValidationFailed');
  expect((await horde.upload(first.r2_upload, picture())).statusCode).toBe(200);
  expect((await horde.submit(first.id, done, {}, key)).body.reward).toBeGreaterThanOrEqual(3);
  expect((await horde.upload(first.r2_upload, picture())).statusCode).toBe(403);
  expect(await horde.images.read('transient', `${first.id}.webp`)).toBeUndefined();

  await horde.ask(['caption']);
  horde.clock.now += 60_000;
  const second = onlyForm(await horde.pop({}, key));
  expect((await horde.submit(second.id, {}, { state: 'faulted' }, key)).body).toEqual({ reward: 0 });
  await horde.ask(['caption']);
  horde.clock.now += 60_000;
  const third = onlyForm(await horde.pop({}, key));
  horde.clock.now += 3 * 60_000 + 1;
  await horde.horde.sweep();
  expect((await horde.submit(third.id, { caption: 'late' }, {}, key)).body.rc).toBe('DuplicateGen');
  horde.clock.now += 60 * 60_000;
  await horde.horde.sweep();
  expect(await horde.db.read.selectFrom('horde_alchemy_decoys').selectAll().execute()).toEqual([]);
  expect(await horde.images.read('source', `${first.id}_src.webp`)).toBeUndefined();
  expect((await horde.submit(third.id, { caption: 'late' }, {}, key)).body.rc).toBe('InvalidJobID');
  await horde.balances();
});

it('lets a worker be deleted with its decoys', async () => {
  const horde = await hordes.open();
  const key = await pausedAlchemist(horde);
  await horde.ask(['caption']);
  await horde.pop({}, key);
  await horde.db.write(() => run(horde.db.query.deleteFrom('horde_workers').where('user_id', '=', 6)));
  expect(await horde.db.read.selectFrom('horde_alchemy_decoys').selectAll().execute()).toEqual([]);
});
