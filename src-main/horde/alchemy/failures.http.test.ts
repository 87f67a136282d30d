import { afterEach, describe, expect, it } from 'vitest';
import { wipeAlchemy } from './index.ts';
import { alchemyHordes, onlyForm, picture } from './testing/open-alchemy.ts';

const hordes = alchemyHordes();
afterEach(() => hordes.closeAll());

const minute = 60_000;

describe('a form that fails', () => {
  it('is tried four times, then faulted; nothing is paid', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.ask(['caption', 'nsfw'])).body;
    const stateOfCaption = async () => (await horde.status(id)).body.forms[0].state;
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const form = onlyForm(await horde.pop());
      const fault = { state: 'faulted' };
      expect((await horde.submit(form.id, {}, fault)).body).toEqual({ reward: 0 });
      // The same again moves nothing; another submit is told that it is over.
      expect((await horde.submit(form.id, {}, fault)).body).toEqual({ reward: 0 });
      expect((await horde.submit(form.id, { caption: 'late' })).body.rc).toBe('DuplicateGen');
      expect(await stateOfCaption()).toBe(attempt < 4 ? 'waiting' : 'faulted');
    }
    expect((await horde.pop()).body.forms).toBeNull();
    const nsfw = onlyForm(await horde.pop({ forms: ['nsfw'] }));
    await horde.submit(nsfw.id, { nsfw: true });
    expect((await horde.status(id)).body.state).toBe('partial');
    const [worker] = (await horde.call('GET', '/workers?type=interrogation')).body;
    expect(worker).toMatchObject({ uncompleted_jobs: 4, requests_fulfilled: 1 });
    expect((await horde.balances())['tax']).toBe(200);
  });

  it('goes back after three minutes, under another name: who had it can neither submit nor upload', async () => {
    const horde = await hordes.open();
    const first = await horde.addUser({ id: 5 });
    const second = await horde.addUser({ id: 6 });
    const forms = ['strip_background'];
    const { id } = (await horde.ask(forms)).body;
    const taken = onlyForm(await horde.pop({ name: 'First', forms }, first));
    horde.clock.now += 3 * minute;
    await horde.horde.sweep();
    expect((await horde.status(id)).body.forms[0].state).toBe('processing');
    horde.clock.now += 1;
    await horde.horde.sweep();
    expect((await horde.status(id)).body.forms[0].state).toBe('waiting');
    const done = { strip_background: 'R2' };
    expect((await horde.submit(taken.id, done, {}, first)).body.rc).toBe('DuplicateGen');
    expect((await horde.upload(taken.r2_upload, picture())).statusCode).toBe(403);
    const again = onlyForm(await horde.pop({ name: 'Second', forms }, second));
    expect(again.id).not.toBe(taken.id);
    expect((await horde.submit(taken.id, done, {}, first)).body.rc).toBe('InvalidJobID');
    expect((await horde.upload(taken.r2_upload, picture(512, 512, 'of the first'))).statusCode).toBe(403);
    expect((await horde.submit(again.id, done, {}, first)).body.rc).toBe('WrongCredentials');
    await horde.upload(again.r2_upload, picture(512, 512, 'of the second'));
    expect((await horde.submit(again.id, done, {}, second)).body).toEqual({ reward: 3 });
    const { result } = (await horde.status(id)).body.forms[0];
    const made = await horde.fetch(result.strip_background);
    expect(made.rawPayload.equals(picture(512, 512, 'of the second'))).toBe(true);
    expect((await horde.call('GET', '/workers/name/First')).body.uncompleted_jobs).toBe(1);
    await horde.balances();
  });

  it('is taken when it comes late, but before it was given up', async () => {
    const horde = await hordes.open();
    await horde.ask(['caption']);
    const form = onlyForm(await horde.pop());
    horde.clock.now += 4 * minute;
    expect((await horde.submit(form.id, { caption: 'a cat' })).body).toEqual({ reward: 1 });
    await horde.balances();
  });

  it('is held against nobody when its time ran out while the horde was away', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.ask(['caption'])).body;
    await horde.pop();
    horde.clock.now += 4 * minute;
    const again = await horde.restart();
    await again.horde.sweep();
    expect((await again.status(id)).body.forms[0].state).toBe('waiting');
    expect((await again.call('GET', '/workers/name/Alchemist')).body.uncompleted_jobs).toBe(0);
  });
});

describe('submits at the same time', () => {
  it('pay once, whoever wins', async () => {
    const horde = await hordes.open();
    const asker = await horde.addUser({ id: 5, kudos: 100 });
    const { id } = (await horde.ask(['caption'], {}, asker)).body;
    const form = onlyForm(await horde.pop());
    const answers = await Promise.all([
      horde.submit(form.id, { caption: 'a cat' }),
      horde.submit(form.id, { caption: 'a dog' }),
      horde.submit(form.id, { caption: 'a cat' }),
      horde.submit(form.id, {}, { state: 'faulted' }),
      horde.call('DELETE', `/interrogate/status/${id}`),
    ]);
    expect(answers.every((answer) => [200, 400].includes(answer.status))).toBe(true);
    expect(await horde.balances()).toMatchObject({ 'user 5': 10_000 - 300, tax: 200 });
  });
});

describe('cancelling', () => {
  it('frees what waits, pays what runs as if it were delivered, and says how it stands then', async () => {
    const horde = await hordes.open();
    const asker = await horde.addUser({ id: 5, kudos: 100 });
    const alchemist = await horde.addUser({ id: 6, kudos: 100, flags: { is_trusted: 1 } });
    const { id } = (await horde.ask(['caption', 'interrogation', 'nsfw'], {}, asker)).body;
    const done = onlyForm(await horde.pop({}, alchemist));
    horde.clock.now += 3_000;
    await horde.submit(done.id, { caption: 'a cat' }, {}, alchemist);
    const running = onlyForm(await horde.pop({ forms: ['interrogation'] }, alchemist));
    const cancelled = await horde.call('DELETE', `/interrogate/status/${id}`, undefined, { key: '' });
    expect(cancelled.body).toEqual({
      state: 'partial',
      forms: [
        { form: 'caption', state: 'done', result: { caption: 'a cat' } },
        { form: 'interrogation', state: 'cancelled' },
        { form: 'nsfw', state: 'cancelled' },
      ],
    });
    const books = { 'user 5': 10_000 - 300 - 500, 'user 6': 10_000 + 100 + 300, tax: 400 };
    expect(await horde.balances()).toMatchObject(books);
    expect((await horde.call('GET', '/workers/name/Alchemist')).body).toMatchObject({
      kudos_rewards: 4,
      performance: '3.0 seconds per form',
    });
    const late = await horde.submit(running.id, { interrogation: {} }, {}, alchemist);
    expect(late.body.rc).toBe('DuplicateGen');
    await horde.call('DELETE', `/interrogate/status/${id}`);
    expect(await horde.balances()).toMatchObject(books);
  });

  it('stops what waits, and nothing else, when the horde enters maintenance', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.ask(['caption', 'nsfw'])).body;
    const form = onlyForm(await horde.pop());
    await horde.call('PUT', '/status/modes', { maintenance_mode: true });
    const { forms } = (await horde.status(id)).body;
    expect(forms.map((it: { state: string }) => it.state)).toEqual(['processing', 'cancelled']);
    expect((await horde.submit(form.id, { caption: 'a cat' })).body).toEqual({ reward: 1 });
    await horde.balances();
  });

  it('goes with the account that asked', async () => {
    const horde = await hordes.open();
    const asker = await horde.addUser({ id: 5, kudos: 100 });
    const { id } = (await horde.ask(['caption', 'nsfw'], {}, asker)).body;
    await horde.pop();
    expect((await horde.call('DELETE', '/users/5', undefined, { key: asker })).status).toBe(200);
    const { forms } = (await horde.status(id)).body;
    expect(forms.map((it: { state: string }) => it.state)).toEqual(['cancelled', 'cancelled']);
    expect((await horde.balances())['user 5']).toBe(10_000 - 300);
  });
});

describe('the life of a request', () => {
  it('ends 20 minutes after the last poll, pop or result, with its pictures', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.ask(['GFPGAN'])).body;
    const later = async (minutes: number) => {
      horde.clock.now += minutes * minute;
      await horde.horde.sweep();
    };
    await later(15);
    expect((await horde.status(id)).status).toBe(200);
    await later(15);
    const form = onlyForm(await horde.pop({ forms: ['GFPGAN'] }));
    await horde.upload(form.r2_upload, picture());
    await horde.submit(form.id, { GFPGAN: 'R2' });
    await later(19);
    const link: string = (await horde.status(id)).body.forms[0].result.GFPGAN;
    expect((await horde.fetch(link)).statusCode).toBe(200);
    horde.clock.now += 20 * minute;
    expect((await horde.status(id)).body.rc).toBe('RequestNotFound');
    await later(1);
    expect((await horde.fetch(link)).statusCode).toBe(404);
    expect((await horde.fetch(form.source_image)).statusCode).not.toBe(200);
    expect(await horde.images.read('source', `${id}_src.webp`)).toBeUndefined();
    expect(await horde.db.read.selectFrom('horde_alchemy_forms').selectAll().execute()).toEqual([]);
    await horde.balances();
  });

  it('ends with the account that asked, however often it is polled', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.ask(['caption'])).body;
    await horde.db.write(() => wipeAlchemy(horde.db.query, 1));
    expect((await horde.status(id)).status).toBe(404);
    await horde.horde.sweep();
    expect(await horde.images.read('source', `${id}_src.webp`)).toBeUndefined();
  });

  it('hands out nothing of a request that expired, swept or not', async () => {
    const horde = await hordes.open();
    await horde.ask(['caption']);
    horde.clock.now += 20 * minute;
    expect((await horde.pop()).body.forms).toBeNull();
  });

  it('calls itself processing for a minute where somebody can do it; its forms tell the truth', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.ask(['caption'])).body;
    expect((await horde.status(id)).body.state).toBe('waiting');
    await horde.pop({ forms: ['nsfw'] });
    expect((await horde.status(id)).body.state).toBe('waiting');
    await horde.pop({ name: 'Other' });
    const { id: second } = (await horde.ask(['caption'])).body;
    expect((await horde.status(second)).body).toEqual({
      state: 'processing',
      forms: [{ form: 'caption', state: 'waiting' }],
    });
    await horde.horde.settings.change({ hide_waiting_alchemy: false }, 1);
    expect((await horde.status(second)).body.state).toBe('waiting');
    await horde.horde.settings.change({ hide_waiting_alchemy: true }, 1);
    horde.clock.now += minute;
    expect((await horde.status(second)).body.state).toBe('waiting');
  });
});
