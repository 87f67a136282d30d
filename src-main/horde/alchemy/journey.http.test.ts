import { afterEach, describe, expect, it } from 'vitest';
import { alchemyForms, makesPicture } from '#shared/horde/alchemy/forms.ts';
import { alchemyHordes, onlyForm, picture } from './testing/open-alchemy.ts';

const hordes = alchemyHordes();
afterEach(() => hordes.closeAll());

const ranked = [{ text: 'a lighthouse', confidence: 0.9 }];
const results: Readonly<Record<string, unknown>> = {
  caption: 'a lighthouse at dusk',
  interrogation: { tags: ranked, artists: [] },
  nsfw: false,
  vectorize: '<svg/>',
  palette: ['#ff0000', '#00ff00'],
  describe: { blurhash: 'LEHV6nWB2yk8', width: 512 },
  aesthetic: 6.5,
};
const resultOf = (form: string) => results[form] ?? 'R2';

describe('a request, from async to the results', () => {
  it('does every form there is, tells each by webhook, and books every cent', async () => {
    const horde = await hordes.open();
    const asker = await horde.addUser({ id: 5, kudos: 1000 });
    const alchemist = await horde.addUser({ id: 6, kudos: 100, flags: { is_trusted: 1 } });
    const source = picture(1100, 500).toString('base64');
    const webhook = 'https://listed.example/hook';
    const asked = await horde.ask([...alchemyForms, 'caption'], { source_image: source, webhook }, asker);
    expect(asked).toMatchObject({ status: 202, body: { id: expect.any(String) } });
    expect(Object.keys(asked.body)).toEqual(['id']);
    const { id } = asked.body;
    const before = await horde.status(id);
    expect(before.body.forms).toHaveLength(23);
    expect(before.body.forms[0]).toEqual({ form: 'caption', state: 'waiting' });
    expect((await horde.call('GET', '/status/performance')).body).toMatchObject({ queued_forms: 23 });

    const popped = await horde.pop({ forms: alchemyForms, amount: 50 }, alchemist);
    expect(popped.status).toBe(200);
    expect(popped.body.skipped).toEqual({});
    expect(popped.body.forms).toHaveLength(23);
    expect((await horde.status(id)).body.state).toBe('processing');
    horde.clock.now += 4_000;
    for (const form of popped.body.forms) {
      expect((await horde.fetch(form.source_image)).rawPayload.equals(picture(1100, 500))).toBe(true);
      expect('r2_upload' in form).toBe(makesPicture(form.form));
      expect('payload' in form).toBe(false);
      if (form.r2_upload !== undefined) {
        expect((await horde.upload(form.r2_upload, picture(1100, 500, form.form))).statusCode).toBe(200);
      }
      const reward = form.form === 'interrogation' ? 3 : makesPicture(form.form) ? 9 : 1;
      const result = { [form.form]: resultOf(form.form), more: 'dropped' };
      expect((await horde.submit(form.id, result, {}, alchemist)).body).toEqual({ reward });
      expect((await horde.submit(form.id, result, {}, alchemist)).body).toEqual({ reward });
    }

    const { body } = await horde.status(id);
    expect(body.state).toBe('done');
    for (const form of body.forms) {
      expect(form.state).toBe('done');
      if (!makesPicture(form.form)) {
        expect(form.result).toEqual({ [form.form]: resultOf(form.form) });
        continue;
      }
      const made = await horde.fetch(form.result[form.form]);
      expect(made.rawPayload.equals(picture(1100, 500, form.form))).toBe(true);
    }
    // 6 readings at 1, the interrogation at 3, 16 pictures at 3 × 3 tiles; 2 more a form for the requester.
    const earned = 6 * 100 + 300 + 16 * 900;
    expect(await horde.balances()).toMatchObject({
      'user 5': 100_000 - earned - 23 * 200,
      'user 6': 10_000 + earned,
      tax: 23 * 200,
    });
    const statistics = await horde.db.read
      .selectFrom('user_statistic')
      .selectAll()
      .where('name', 'like', '%:interrogation')
      .execute();
    expect(statistics).toEqual(
      expect.arrayContaining([
        { user_id: 5, name: 'request:interrogation', amount: 23 },
        { user_id: 6, name: 'fulfillment:interrogation', amount: 23 },
      ]),
    );
    const [worker] = (await horde.call('GET', '/workers?type=interrogation')).body;
    expect(worker).toMatchObject({
      name: 'Alchemist',
      requests_fulfilled: 23,
      kudos_rewards: earned / 100,
      performance: '4.0 seconds per form',
      uncompleted_jobs: 0,
    });
    expect((await horde.call('GET', '/status/performance')).body).toMatchObject({
      queued_forms: 0,
      interrogator_count: 1,
      interrogator_thread_count: 1,
    });
    expect(horde.webhooks.sent).toHaveLength(23);
    expect(horde.webhooks.sent[0]).toEqual({
      url: webhook,
      userId: 5,
      body: {
        form: 'caption',
        state: 'done',
        result: { caption: 'a lighthouse at dusk' },
        worker_id: worker.id,
        worker_name: 'Alchemist',
        id: popped.body.forms[0].id,
        request: id,
        kudos: 1,
      },
    });
  });

  it('charges one kudos less where slow workers are refused', async () => {
    const horde = await hordes.open();
    const asker = await horde.addUser({ id: 5, kudos: 100 });
    await horde.ask(['caption'], { slow_workers: false }, asker);
    const form = onlyForm(await horde.pop());
    await horde.submit(form.id, { caption: 'a cat' });
    expect(await horde.balances()).toMatchObject({ 'user 5': 10_000 - 200, tax: 100 });
  });

  it('pays half of what an untrusted owner earns into escrow', async () => {
    const horde = await hordes.open();
    const asker = await horde.addUser({ id: 5, kudos: 100 });
    const alchemist = await horde.addUser({ id: 6, kudos: 50 });
    await horde.ask(['interrogation'], {}, asker);
    const form = onlyForm(await horde.pop({ forms: ['interrogation'] }, alchemist));
    await horde.submit(form.id, { interrogation: {} }, {}, alchemist);
    expect(await horde.balances()).toMatchObject({
      'user 5': 10_000 - 500,
      'user 6': 5_000 + 150,
      'escrow 6': 150,
    });
  });

  it('pays uptime of alchemists into the balance, whatever the trust of their owner', async () => {
    const horde = await hordes.open();
    const alchemist = await horde.addUser({ id: 6, kudos: 50 });
    for (let check = 0; check <= 13; check += 1) {
      await horde.pop({}, alchemist);
      horde.clock.now += 50_000;
    }
    expect(await horde.balances()).toMatchObject({ 'user 6': 5_000 + 4_000 });
  });

  it('hands payloads on as texts', async () => {
    const horde = await hordes.open();
    const payload = { top_p: 0.5, mode: 'best', deep: { a: [1] }, flag: true };
    await horde.ask([], {
      forms: [
        { name: 'caption', payload },
        { name: 'nsfw', payload: {} },
      ],
    });
    const popped = await horde.pop({ forms: ['caption', 'nsfw'], amount: 2 });
    expect(popped.body.forms[0].payload).toEqual({
      top_p: '0.5',
      mode: 'best',
      deep: '{"a":[1]}',
      flag: 'true',
    });
    expect('payload' in popped.body.forms[1]).toBe(false);
  });

  it('survives a restart between pop and submit, with its books', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.ask(['caption', 'RealESRGAN_x2plus'])).body;
    const popped = await horde.pop({ forms: ['caption', 'RealESRGAN_x2plus'], amount: 2 });
    const [caption, upscaled] = popped.body.forms;
    const again = await horde.restart();
    expect((await again.status(id)).body.state).toBe('processing');
    expect((await again.submit(caption.id, { caption: 'a cat' })).body).toEqual({ reward: 1 });
    expect((await again.submit(caption.id, { caption: 'a cat' })).body).toEqual({ reward: 1 });
    const done = { RealESRGAN_x2plus: 'R2' };
    expect((await again.submit(upscaled.id, done)).body.rc).toBe('ImageValidationFailed');
    expect((await again.upload(upscaled.r2_upload, picture(1024, 1024))).statusCode).toBe(200);
    expect((await again.submit(upscaled.id, done)).body).toEqual({ reward: 3 });
    expect((await again.status(id)).body.state).toBe('done');
    const third = await horde.restart();
    expect((await third.submit(upscaled.id, done)).body).toEqual({ reward: 3 });
    expect((await third.balances())['tax']).toBe(400);
  });
});
