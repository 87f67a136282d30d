import { afterEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { checkLedger } from '#main/horde/kudos/index.ts';
import type { WebhookEvent } from '#main/horde/webhooks/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { anonymousKey, hordeFolder, type TestHorde } from '../testing/open-horde.ts';

const hordes = hordeFolder();
afterEach(() => hordes.closeAll());

const settle = async (horde: TestHorde) => {
  const job = await horde.pop();
  await horde.submit(job.id);
  return job;
};
const makeKey = async (horde: TestHorde, key: string, extra: object = {}): Promise<string> =>
  (await horde.call('PUT', '/sharedkeys', { kudos: 100, ...extra }, { key })).body.id;
const sharedKey = async (horde: TestHorde, id: string) => (await horde.call('GET', `/sharedkeys/${id}`)).body;

describe('a shared key', () => {
  it('lets others ask at its owner’s cost, and pays every charge from its allowance', async () => {
    const horde = await hordes.open();
    const owner = await horde.addUser({ id: 5, kudos: 1000, flags: { is_trusted: 1 } });
    const key = await makeKey(horde, owner);
    const asked = await horde.ask({}, { key });
    expect(asked.status).toBe(202);
    await settle(horde);
    const text = await horde.askText({}, { key });
    expect(text.status).toBe(202);
    const { utilized, kudos } = await sharedKey(horde, key);
    expect(utilized).toBeGreaterThanOrEqual(10);
    // Both are cut to whole kudos.
    expect(Math.abs(100 - utilized - kudos)).toBeLessThanOrEqual(1);
    const { kudos: left } = (await horde.call('GET', '/users/5')).body;
    expect(Math.trunc(1000 - left)).toBe(utilized);
    expect(await checkLedger(horde.db)).toMatchObject({ ok: true });
  });

  it('is held to its limits and its allowance', async () => {
    const horde = await hordes.open();
    const owner = await horde.addUser({ id: 5, kudos: 1000 });
    const small = await makeKey(horde, owner, { max_image_pixels: 512 * 512, max_text_tokens: 100 });
    const poor = await makeKey(horde, owner, { kudos: 5 });
    const rcOf = async (ask: Promise<{ status: number; body: { rc?: string } }>) => {
      const { status, body } = await ask;
      return `${status} ${body.rc ?? ''}`;
    };
    expect(await rcOf(horde.ask({ params: { width: 576 } }, { key: small }))).toBe('400 BadRequest');
    expect(await rcOf(horde.ask({ params: { width: 512 } }, { key: small }))).toBe('202 ');
    expect(await rcOf(horde.askText({ params: { max_length: 101 } }, { key: small }))).toBe('400 BadRequest');
    expect(await rcOf(horde.ask({}, { key: poor }))).toBe('403 SharedKeyInsufficientKudos');
    expect(await rcOf(horde.ask({ dry_run: true }, { key: poor }))).toBe('403 SharedKeyInsufficientKudos');
    expect(await rcOf(horde.ask({ allow_downgrade: true }, { key: poor }))).toBe('202 ');
    // With its priority of -50 the downgraded one stands behind an anonymous request.
    await horde.ask({ prompt: 'anonymous' }, { key: anonymousKey });
    await horde.pop();
    expect((await horde.pop()).payload.prompt).toBe('anonymous');
  });

  it('that is deleted takes what waits with it, and lets what runs end', async () => {
    const horde = await hordes.open();
    const owner = await horde.addUser({ id: 5, kudos: 1000 });
    const key = await makeKey(horde, owner);
    const { id } = (await horde.ask({ params: { n: 2 } }, { key })).body;
    const job = await horde.pop();
    expect((await horde.call('DELETE', `/sharedkeys/${key}`, undefined, { key: owner })).status).toBe(200);
    expect((await horde.pop()).id).toBeNull();
    expect((await horde.submit(job.id)).status).toBe(200);
    expect((await horde.call('GET', `/generate/check/${id}`)).body).toMatchObject({
      done: true,
      finished: 1,
    });
  });
});

describe('a style', () => {
  it('makes the request, is counted and rewarded once', async () => {
    const horde = await hordes.open();
    const author = await horde.addUser({ id: 5, kudos: 100, flags: { is_customizer: 1 } });
    const user = await horde.addUser({ id: 6, kudos: 100 });
    const style = {
      name: 'papercut',
      prompt: 'papercut of {p}{np}',
      models: ['tiny'],
      params: { steps: 12, width: 768 },
    };
    const made = await horde.call('POST', '/styles/image', style, { key: author });
    expect(made.status).toBe(200);
    const { id } = made.body;
    const dry = { style: id, dry_run: true, params: { n: 2, steps: 50 }, models: ['other'] };
    expect((await horde.ask(dry, { key: user })).body).toEqual({ kudos: expect.any(Number) });
    const asked = await horde.ask(
      { style: id, prompt: 'a fox', params: { n: 2, steps: 50, height: 640 } },
      { key: user },
    );
    expect(asked.status).toBe(202);
    const job = await horde.pop();
    expect(job.payload).toMatchObject({
      prompt: 'papercut of a fox',
      ddim_steps: 12,
      width: 768,
      height: 640,
    });
    expect((await horde.call('GET', '/users/5')).body.kudos).toBe(102);
    expect((await horde.call('GET', '/users/6')).body.kudos).toBe(97);
    expect((await horde.call('GET', `/styles/image/${id}`)).body.use_count).toBe(1);
    await horde.ask({ style: id, prompt: 'a fox' }, { key: author });
    expect((await horde.call('GET', '/users/5')).body.kudos).toBe(101);
    const wrong = await horde.askText({ style: id }, { key: user });
    expect(wrong).toMatchObject({ status: 400, body: { rc: 'StyleMismatch' } });
    expect((await horde.ask({ style: 'nothing like it' }, { key: user })).body.rc).toBe('StyleNotFound');
  });
});

describe('the key of a style', () => {
  it('pays in the place of the caller, who still needs a key, and knows no limits of one job', async () => {
    const horde = await hordes.open();
    const author = await horde.addUser({ id: 5, kudos: 1000, flags: { is_customizer: 1 } });
    const user = await horde.addUser({ id: 6, kudos: 30 });
    const sharedkey = await makeKey(horde, author, { max_image_pixels: 64 * 64 });
    const style = { name: 'sponsored', prompt: '{p}{np}', models: ['tiny'], sharedkey };
    const { id } = (await horde.call('POST', '/styles/image', style, { key: author })).body;
    expect((await horde.ask({ style: id }, { key: 'nobody' })).body.rc).toBe('InvalidAPIKey');
    expect((await horde.ask({}, { key: sharedkey })).body.rc).toBe('SharedKeyAssignedStyles');
    expect((await horde.ask({ style: id }, { key: user })).status).toBe(202);
    await settle(horde);
    expect((await horde.call('GET', '/users/6')).body.kudos).toBe(30);
    expect((await horde.call('GET', '/users/5')).body.kudos).toBeLessThan(991);
    expect((await sharedKey(horde, sharedkey)).utilized).toBeGreaterThan(8);
  });
});

describe('a service', () => {
  it('may say for whom it asks, and from where', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 100 });
    const serving = { is_service: 1 };
    await horde.db.write(function* () {
      yield* run(horde.db.query.updateTable('users').set(serving).where('id', '=', 5));
    });
    expect((await horde.ask({ proxied_account: 'ada' }, { key })).status).toBe(202);
    expect((await horde.askText({ proxied_account: 'ada' }, { key })).status).toBe(202);
    const stored = await horde.db.read.selectFrom('horde_requests').select('proxied_account').execute();
    expect(stored.map((it) => it.proxied_account)).toEqual(['ada', 'ada']);
  });
});

describe('an address in timeout', () => {
  it('asks for nothing, works for nobody and is told nothing', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5, kudos: 100 });
    const at = { key, from: '203.0.113.9' };
    const { id } = (await horde.ask({}, at)).body;
    const check = (headers: Record<string, string> = {}) =>
      horde.call('GET', `/generate/check/${id}`, undefined, { ...at, headers });
    expect((await check()).status).toBe(200);
    const blocked = await horde.call('POST', '/operations/ipaddr', { ipaddr: '203.0.113.9', hours: 24 });
    expect(blocked.status).toBe(200);
    expect(await horde.ask({}, at)).toMatchObject({ status: 403, body: { rc: 'TimeoutIP' } });
    expect(await horde.askText({}, at)).toMatchObject({ status: 403, body: { rc: 'TimeoutIP' } });
    const offer = { name: 'Worker Two', models: ['tiny'] };
    expect((await horde.call('POST', '/generate/pop', offer, at)).body.rc).toBe('TimeoutIP');
    expect(await check()).toMatchObject({ status: 403, body: { rc: 'Forbidden' } });
    expect((await check({ 'client-agent': 'Known:1.0:me' })).status).toBe(200);
  });
});

describe('a webhook', () => {
  const recorder = () => {
    const events: WebhookEvent[] = [];
    const refuse = (url: string) => {
      if (!url.startsWith('https://')) throw new ProblemError(400, 'BadRequest', 'https only');
    };
    return { events, webhooks: { refuse, send: (event: WebhookEvent) => void events.push(event) } };
  };
  const told = async (events: readonly WebhookEvent[], count: number) => {
    await expect.poll(() => events.length, { timeout: 10_000 }).toBe(count);
  };

  it('is refused where there is none, and where its URL is no good', async () => {
    const { webhooks } = recorder();
    const none = await hordes.open();
    expect((await none.ask({ webhook: 'https://a.example/hook' })).body.rc).toBe('BadRequest');
    const horde = await hordes.open(undefined, { webhooks });
    expect((await horde.ask({ webhook: 'http://a.example/hook' })).body.rc).toBe('BadRequest');
    expect((await horde.askText({ webhook: 'http://a.example/hook' })).body.rc).toBe('BadRequest');
  });

  it('is told of each finished picture and text, not of faults and decoys', async () => {
    const { events, webhooks } = recorder();
    const horde = await hordes.open(undefined, { webhooks });
    const url = 'https://a.example/hook';
    const picture = (await horde.ask({ webhook: url })).body.id;
    const failed = await horde.pop();
    await horde.submit(failed.id, { state: 'faulted' });
    const job = await horde.pop();
    const { body: paid } = await horde.submit(job.id, { seed: 9 });
    await told(events, 1);
    const text = (await horde.askText({ webhook: url })).body.id;
    const writing = await horde.popText();
    await horde.submitText(writing.id, { state: 'censored', seed: 3 });
    await told(events, 2);
    expect(events[0]).toMatchObject({
      url,
      userId: 1,
      body: {
        img: expect.stringMatching(/^http.*\.webp/),
        seed: 9,
        censored: false,
        gen_metadata: [],
        model: 'tiny',
        worker_name: 'Worker One',
        worker_id: expect.any(String),
        id: job.id,
        request: picture,
        kudos: paid.reward,
      },
    });
    expect((await horde.fetch(String(events[0]?.body.img))).statusCode).toBe(200);
    expect(events[1]?.body).toMatchObject({
      text: 'there was a lighthouse.',
      state: 'censored',
      seed: 3,
      id: writing.id,
      request: text,
    });
    expect(events[1]?.body).not.toHaveProperty('img');
  });
});
