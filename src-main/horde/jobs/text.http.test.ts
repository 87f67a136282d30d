import { afterEach, describe, expect, it } from 'vitest';
import { checkLedger } from '#main/horde/kudos/index.ts';
import { textCostCents, textRewardCents } from '#shared/horde/kudos/text.ts';
import { hordeFolder, openHorde, type TestHorde } from '../testing/open-horde.ts';

const hordes = hordeFolder();
afterEach(() => hordes.closeAll());

const kudosOf = async (horde: TestHorde, id: number): Promise<number> => {
  const found = await horde.db.read
    .selectFrom('kudos_account')
    .select('balance')
    .where('user_id', '=', id)
    .where('kind', '=', 'user')
    .executeTakeFirstOrThrow();
  return found.balance;
};
const statusOf = async (horde: TestHorde, id: string) =>
  (await horde.call('GET', `/generate/text/status/${id}`)).body;
const story = 'there was a lighthouse. '.repeat(10);

describe('a text request, from async to the text', () => {
  it('survives a restart, is priced by what was written and booked to the cent', async () => {
    const first = await hordes.open();
    const { folder, clock } = first;
    const asker = await first.addUser({ id: 5, kudos: 1000 });
    const scribe = await first.addUser({ id: 6, flags: { is_trusted: 1 } });
    const params = {
      n: 2,
      max_length: 120,
      max_context_length: 1024,
      temperature: 0.7,
      stop_sequence: ['\n'],
    };
    const asked = await first.askText({ params, models: ['tiny-13B'] }, { key: asker });
    // 120 × 13 × (1.2 + 1) ÷ 100 is the estimate of one text, and 1 its tax.
    expect(asked).toMatchObject({ status: 202, body: { kudos: 35 } });
    expect(asked.body).not.toHaveProperty('warnings');
    expect(asked.body.message).toContain('No active worker');
    expect(await statusOf(first, asked.body.id)).toMatchObject({
      waiting: 2,
      done: false,
      is_possible: false,
      queue_position: 1,
      kudos: 1,
      generations: [],
    });
    await first.close();

    const horde = await openHorde({ folder, clock, key: first.ownerKey });
    const job = await horde.popText({ amount: 5 }, { key: scribe });
    expect(job).toMatchObject({
      model: 'tiny-13B',
      ttl: 150,
      softprompt: null,
      extra_source_images: null,
      messages: [],
      skipped: {},
      payload: {
        prompt: 'Once upon a time',
        n: 1,
        max_length: 120,
        max_context_length: 1024,
        temperature: 0.7,
        stop_sequence: ['\n'],
        min_p: 0,
        dynatemp_exponent: 1,
      },
    });
    expect(job.ids).toHaveLength(2);
    expect(await statusOf(horde, asked.body.id)).toMatchObject({
      processing: 2,
      waiting: 0,
      is_possible: true,
    });
    clock.now += 10_000;
    const said = { generation: story, seed: 42 };
    const paid = await horde.submitText(job.id, said, { key: scribe });
    const rewardCents = textRewardCents({
      promptCharacters: 16,
      outputCharacters: story.length,
      maxLength: 120,
      billions: 13,
      isWorkerTrusted: true,
      isValidatedBackend: true,
    });
    expect(paid).toMatchObject({ status: 200, body: { reward: rewardCents / 100 } });
    expect((await horde.submitText(job.id, said, { key: scribe })).body).toEqual(paid.body);
    expect((await horde.submitText(job.id, {}, { key: scribe })).body.rc).toBe('DuplicateGen');
    expect(await kudosOf(horde, 5)).toBe(100_000 - 100 - textCostCents(rewardCents));
    expect(await kudosOf(horde, 6)).toBe(2500 + rewardCents);
    expect((await horde.submitText(job.ids[1] ?? '', {}, { key: scribe })).status).toBe(200);
    const workerId = (await horde.call('GET', '/workers/name/Scribe%20One')).body.id;
    expect((await statusOf(horde, asked.body.id)).generations).toEqual([
      {
        text: story,
        seed: 42,
        gen_metadata: [],
        worker_id: workerId,
        worker_name: 'Scribe One',
        model: 'tiny-13B',
        state: 'ok',
      },
      expect.objectContaining({ text: 'there was a lighthouse.', seed: 0 }),
    ]);
    expect(await checkLedger(horde.db)).toMatchObject({ ok: true, problems: [] });
    await horde.close();
  });

  it('cannot be reached by the operations of pictures, nor pictures by its own', async () => {
    const horde = await hordes.open();
    const text = (await horde.askText()).body.id;
    const picture = (await horde.ask()).body.id;
    expect((await horde.call('GET', `/generate/status/${text}`)).body.rc).toBe('RequestNotFound');
    expect((await horde.call('GET', `/generate/check/${text}`)).body.rc).toBe('RequestNotFound');
    expect((await horde.call('GET', `/generate/text/status/${picture}`)).body.rc).toBe('RequestNotFound');
    expect((await horde.call('DELETE', `/generate/text/status/${picture}`)).body.rc).toBe('RequestNotFound');
    const [job, drawing] = [await horde.popText(), await horde.pop()];
    expect((await horde.submit(job.id)).body).toMatchObject({ rc: 'InvalidJobID' });
    expect((await horde.submitText(drawing.id)).body).toMatchObject({ rc: 'InvalidJobID' });
    expect([await horde.pop(), await horde.popText()]).toMatchObject([{ id: null }, { id: null }]);
  });

  it('is done once what ran at its cancelling has ended', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.askText({ params: { n: 3 } })).body;
    const job = await horde.popText();
    const cancelled = await horde.call('DELETE', `/generate/text/status/${id}`);
    expect(cancelled).toMatchObject({ status: 200, body: { waiting: 0, processing: 1, done: false } });
    expect((await horde.popText()).id).toBeNull();
    expect((await horde.submitText(job.id)).status).toBe(200);
    expect(await statusOf(horde, id)).toMatchObject({ done: true, faulted: false, finished: 1 });
  });

  it('is tried three times, then faulted, and costs its tax alone', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 100 });
    const { id } = (await horde.askText({}, { key })).body;
    for (let at = 0; at < 3; at += 1) {
      const job = await horde.popText();
      expect((await horde.submitText(job.id, { state: 'faulted' })).body).toEqual({ reward: 0 });
      expect((await horde.submitText(job.id)).body.rc).toBe('AbortedGen');
    }
    expect((await horde.popText()).id).toBeNull();
    expect(await statusOf(horde, id)).toMatchObject({ done: true, faulted: true, restarted: 3 });
    expect(await kudosOf(horde, 5)).toBe(9900);
  });

  it('goes back when its worker is silent for longer than its time', async () => {
    const horde = await hordes.open();
    await horde.askText({ params: { max_length: 1000 } });
    const slow = await horde.popText();
    expect(slow.ttl).toBe(530);
    horde.clock.now += 541_000;
    await horde.sweep();
    expect((await horde.submitText(slow.id)).body).toMatchObject({
      rc: 'AbortedGen',
      message: expect.stringContaining('Please check your worker speed'),
    });
    expect((await horde.popText()).id).not.toBeNull();
  });
});

describe('a text', () => {
  it.each([
    ['censored', { state: 'censored' }, 'censored', []],
    ['csam', { state: 'csam' }, 'csam', [{ type: 'censorship', value: 'csam' }]],
    [
      'reported in the metadata',
      { gen_metadata: [{ type: 'censorship', value: 'csam', ref: 'x' }] },
      'csam',
      [{ type: 'censorship', value: 'csam', ref: 'x' }],
    ],
  ])('%s is paid for by the tax alone and shown as such', async (_name, said, state, metadata) => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 100 });
    const { id } = (await horde.askText({}, { key })).body;
    const job = await horde.popText();
    expect((await horde.submitText(job.id, said)).body.reward).toBeGreaterThan(0);
    expect((await statusOf(horde, id)).generations).toMatchObject([{ state, gen_metadata: metadata }]);
    expect(await kudosOf(horde, 5)).toBe(10_000 - 100 - 100);
    const reports = await horde.db.read.selectFrom('horde_problem_jobs').select('job_id').execute();
    expect(reports).toEqual(state === 'csam' ? [{ job_id: job.id }] : []);
    expect(await checkLedger(horde.db)).toMatchObject({ ok: true });
  });

  it('with more than 50 metadata entries is refused and its job stays open', async () => {
    const horde = await hordes.open();
    await horde.askText();
    const job = await horde.popText();
    const gen_metadata = Array.from({ length: 51 }, () => ({ type: 'censorship', value: 'csam' }));
    expect((await horde.submitText(job.id, { gen_metadata })).body.rc).toBe('BadRequest');
    expect((await horde.submitText(job.id)).status).toBe(200);
  });

  it('comes from the owner of the worker alone', async () => {
    const horde = await hordes.open();
    const other = await horde.addUser({ id: 5 });
    await horde.askText();
    const job = await horde.popText();
    expect((await horde.submitText(job.id, {}, { key: other })).body.rc).toBe('WrongCredentials');
    expect((await horde.submitText(job.id, {}, { key: 'nobody' })).body.rc).toBe('InvalidAPIKey');
    expect((await horde.submitText('x')).body).toMatchObject({
      rc: 'InvalidJobID',
      message: expect.stringMatching(/Processing Job with ID x does not exist/),
    });
  });
});

describe('a text worker', () => {
  it('gets what it can do, and is told why not', async () => {
    const horde = await hordes.open();
    const asker = await horde.addUser({ id: 5 });
    const scribe = await horde.addUser({ id: 6 });
    const workerId = async () => (await horde.call('GET', '/workers/name/Scribe%20One')).body.id;
    const empty = await horde.popText({}, { key: scribe });
    expect(empty).toEqual({
      payload: {
        max_context_length: 2048,
        max_length: 80,
        min_p: 0,
        smoothing_factor: 0,
        dynatemp_range: 0,
        dynatemp_exponent: 1,
      },
      id: null,
      ids: [],
      model: null,
      ttl: null,
      softprompt: null,
      extra_source_images: null,
      messages: [],
      skipped: {},
    });
    const cases = [
      [{ models: ['other'] }, {}, { models: 1 }],
      [{ nsfw: true }, { nsfw: false }, { nsfw: 1 }],
      [{ trusted_workers: true }, {}, { untrusted: 1 }],
      [{ params: { max_length: 300 } }, { max_length: 200 }, { max_length: 1 }],
      [{ params: { max_context_length: 4096 } }, { max_context_length: 2048 }, { max_context_length: 1 }],
      [{}, { extra_slow_worker: true }, { performance: 1 }],
      [{}, { require_upfront_kudos: true }, { kudos: 1 }],
      [{ prompt: 'A Cat' }, { blacklist: ['cat'] }, { blacklist: 1 }],
      [{ workers: [await workerId()], worker_blacklist: true }, {}, { worker_id: 1 }],
    ] as const;
    for (const [wish, offer, skipped] of cases) {
      const { body } = await horde.askText(wish, { key: asker });
      const answer = await horde.popText(offer, { key: scribe });
      expect(answer).toMatchObject({ id: null, skipped });
      expect(Object.keys(answer.skipped)).toEqual(Object.keys(skipped));
      await horde.call('DELETE', `/generate/text/status/${body.id}`);
    }
    await horde.askText({ extra_slow_workers: true }, { key: asker });
    const slow = await horde.popText({ extra_slow_worker: true }, { key: scribe });
    expect(slow).toMatchObject({ id: expect.any(String), ttl: 450 });
  });

  it('of unknown speed is left out by who refuses slow ones, and is fast once it proved it', async () => {
    const horde = await hordes.open();
    const { clock } = horde;
    const refusing = async () => (await horde.askText({ slow_workers: false })).body.id;
    const id = await refusing();
    expect(await horde.popText()).toMatchObject({ id: null, skipped: { performance: 1 } });
    expect(await statusOf(horde, id)).toMatchObject({ is_possible: false });
    await horde.askText();
    const job = await horde.popText();
    clock.now += 2_000;
    await horde.submitText(job.id, { generation: story });
    expect((await horde.call('GET', '/workers/name/Scribe%20One')).body).toMatchObject({
      type: 'text',
      performance: '30.0 tokens per second',
      tokens_generated: 60,
      max_length: 1024,
      max_context_length: 2048,
      models: ['tiny-13B'],
    });
    expect((await horde.popText()).id).not.toBeNull();
  });

  it('that is paused gets made-up work that moves nothing', async () => {
    const horde = await hordes.open();
    const scribe = await horde.addUser({ id: 6 });
    const as = { key: scribe };
    await horde.popText({}, as);
    const workerId = (await horde.call('GET', '/workers/name/Scribe%20One')).body.id;
    await horde.call('PUT', `/workers/${workerId}`, { paused: true });
    expect((await horde.popText({}, as)).id).toBeNull();
    const { id } = (await horde.askText({ prompt: 'a private letter' })).body;
    const decoy = await horde.popText({}, as);
    expect(decoy).toMatchObject({ id: expect.any(String), model: 'tiny-13B', payload: { n: 1 } });
    expect(decoy.payload.prompt).not.toContain('private');
    expect((await horde.submitText(decoy.id, {}, as)).body.reward).toBeGreaterThan(0);
    expect((await horde.popText({}, as)).id).toBeNull();
    expect(await kudosOf(horde, 6)).toBe(2500);
    expect(await statusOf(horde, id)).toMatchObject({ waiting: 1, processing: 0, finished: 0 });
  });
});
