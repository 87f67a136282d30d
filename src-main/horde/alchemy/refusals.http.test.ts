import { afterEach, describe, expect, it } from 'vitest';
import { FetchRefusedError, type GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { anonymousKey } from '../testing/open-horde.ts';
import { createAlchemyService } from './service.ts';
import { type AlchemyHorde, alchemyHordes, onlyForm, picture } from './testing/open-alchemy.ts';

const hordes = alchemyHordes();
afterEach(() => hordes.closeAll());

const base64 = (bytes: Buffer) => bytes.toString('base64');
const validation = { status: 400, message: 'Input payload validation failed' };
const owner = async ({ users }: AlchemyHorde): Promise<User> => (await users.byId(1)) ?? expect.fail();
const unknownId = '00000000-0000-4000-8000-000000000000';

describe('what POST /interrogate/async refuses', () => {
  it('refuses bodies that are not as they should be, and leaves nothing behind', async () => {
    const horde = await hordes.open();
    const forms = [{ name: 'caption' }];
    const source_image = base64(picture());
    const rows: ReadonlyArray<[object, number, string | undefined]> = [
      [{ forms }, 400, undefined],
      [{ source_image, forms: [{ name: 'unknown' }] }, 400, undefined],
      [{ source_image, forms: [{}] }, 400, undefined],
      [{ source_image, forms: null }, 400, undefined],
      [{ source_image, forms, webhook: 'short' }, 400, undefined],
      [{ source_image, forms, slow_workers: 'yes' }, 400, undefined],
      [{ source_image, forms, webhook: 'https://other.example/' }, 400, 'BadRequest'],
      [{ source_image }, 400, 'BadRequest'],
      [{ source_image, forms: [] }, 400, 'BadRequest'],
      [{ source_image, forms: [{ name: 'caption', payload: { a: 'x'.repeat(20_000) } }] }, 400, 'BadRequest'],
      [{ source_image: 'no picture', forms }, 400, 'ImageValidationFailed'],
      [{ source_image: base64(picture(64, 64, 'broken')), forms }, 400, 'ImageValidationFailed'],
      [{ source_image: base64(picture(3073, 3072)), forms }, 400, 'SourceImageResolutionExceeded'],
      [{ source_image: base64(picture(65_000, 1)), forms }, 400, 'SourceImageResolutionExceeded'],
      [{ source_image: base64(Buffer.alloc(5000 * 1024 + 1)), forms }, 400, 'SourceImageSizeExceeded'],
      [{ source_image: 'https://example.com/a.webp', forms }, 400, 'SourceImageUrlInvalid'],
    ];
    for (const [body, status, rc] of rows) {
      const answer = await horde.call('POST', '/interrogate/async', body);
      expect([answer.status, answer.body.rc]).toEqual([status, rc]);
      if (rc === undefined) expect(answer.body.message).toBe(validation.message);
    }
    expect(await horde.db.read.selectFrom('horde_alchemy_requests').selectAll().execute()).toEqual([]);
    // As many pixels as 3072 × 3072 in another shape are taken, and so are keys that nobody knows.
    const wide = { source_image: base64(picture(9216, 1024)), forms, unknown: 1 };
    expect((await horde.call('POST', '/interrogate/async', wide)).status).toBe(202);
  });

  it('refuses callers in the order of the list', async () => {
    const horde = await hordes.open();
    const deleted = await horde.addUser({ id: 7, deletedAt: 1 });
    const few = await horde.addUser({ id: 8, concurrency: 1 });
    const none = await horde.call('POST', '/interrogate/async', { source_image: 'x' }, { key: '' });
    expect(none.body.errors).toHaveProperty('apikey');
    expect((await horde.ask(['caption'], {}, 'wrong')).body.rc).toBe('InvalidAPIKey');
    const shared = await horde.call('PUT', '/sharedkeys', { name: 'for friends' });
    expect((await horde.ask(['caption'], {}, shared.body.id)).body.rc).toBe('InvalidAPIKey');
    expect(await horde.ask(['caption'], {}, deleted)).toMatchObject({
      status: 403,
      body: { rc: 'DeletedUser' },
    });
    // The limit comes before the picture is looked at, and counts what runs.
    const ten = ['caption', 'interrogation', 'nsfw', 'vectorize', 'palette', 'describe', 'aesthetic'];
    const eight = [...ten, 'GFPGAN'];
    expect((await horde.ask(eight, {}, few)).status).toBe(202);
    await horde.pop({ forms: eight, amount: 3 });
    expect((await horde.ask(['caption', 'nsfw'], {}, few)).status).toBe(202);
    expect(await horde.ask(['caption'], { source_image: 'no picture' }, few)).toMatchObject({
      status: 429,
      body: { rc: 'TooManyPrompts' },
    });
    expect((await horde.ask(['caption'], {}, anonymousKey)).status).toBe(202);
    await horde.call('PUT', '/status/modes', { maintenance_mode: true });
    const inMaintenance = await horde.ask([], { webhook: 'https://other.example/' }, 'wrong');
    expect(inMaintenance).toMatchObject({ status: 400, body: { rc: 'MaintenanceMode' } });
  });

  it('refuses addresses in timeout and banned agents', async () => {
    const horde = await hordes.open();
    const key = await horde.addUser({ id: 5 });
    const { moderation } = horde.horde;
    await moderation.addresses.add('192.0.2.7', 1, { caller: await owner(horde), ip: '127.0.0.1' });
    await moderation.agents.ban({ agent: 'Bad', match: 'prefix' }, 1);
    const body = { source_image: base64(picture()), forms: [{ name: 'caption' }] };
    const rcOf = async (from: string, agent: string) => {
      const headers = { 'client-agent': agent };
      const answer = await horde.call('POST', '/interrogate/async', body, { key, from, headers });
      return [answer.status, answer.body.rc];
    };
    expect(await rcOf('192.0.2.7', 'Good:1:me')).toEqual([403, 'TimeoutIP']);
    expect(await rcOf('192.0.2.8', 'Bad:2:me')).toEqual([403, 'BannedClientAgent']);
    expect(await rcOf('192.0.2.8', 'Good:1:me')).toEqual([202, undefined]);
    const pop = { name: 'Alchemist', forms: ['caption'], bridge_agent: 'Bad:1:me' };
    expect((await horde.call('POST', '/interrogate/pop', pop)).body.rc).toBe('BannedClientAgent');
    const away = { ...pop, bridge_agent: 'Good:1:me' };
    const timedOut = await horde.call('POST', '/interrogate/pop', away, { key, from: '192.0.2.7' });
    expect(timedOut.body.rc).toBe('TimeoutIP');
  });

  it('refuses untrusted accounts at unsafe addresses while the horde is raided', async () => {
    const horde = await hordes.open();
    const { workers } = horde.horde;
    let isRaided = true;
    const service = createAlchemyService({
      db: horde.db,
      workers,
      images: horde.images,
      clock: () => horde.clock.now,
      modes: () => ({ isInMaintenance: false, isInviteOnly: false, isRaided }),
      settings: () => horde.horde.settings.current(),
      addresses: { refuse: () => undefined, isUnsafe: async () => true },
    });
    const trusted = await owner(horde);
    const input = { source_image: base64(picture()), forms: [{ name: 'caption' as const }] };
    const from = { clientAgent: 'a:1:b', ip: '192.0.2.7' };
    const untrusted = { ...trusted, isTrusted: false };
    await expect(service.accept(input, async () => untrusted, from)).rejects.toMatchObject({
      status: 403,
      rc: 'UntrustedUnsafeIP',
    });
    expect(await service.accept(input, async () => trusted, from)).toHaveProperty('id');
    isRaided = false;
    expect(await service.accept(input, async () => untrusted, from)).toHaveProperty('id');
    const webhook = 'https://listed.example/hook';
    await expect(service.accept({ ...input, webhook }, async () => trusted, from)).rejects.toMatchObject({
      rc: 'BadRequest',
    });
  });

  it('takes pictures by URL once the host allows that, through the guarded fetcher alone', async () => {
    const answers: Readonly<Record<string, () => ReturnType<GuardedFetch>>> = {
      'https://a.example/good': async () => ({ status: 200, headers: {}, bytes: picture(600, 400) }),
      'https://a.example/page': async () => ({ status: 200, headers: {}, bytes: Buffer.from('<html>') }),
      'https://a.example/torn': async () => ({
        status: 200,
        headers: {},
        bytes: picture(600, 400, 'broken'),
      }),
      'https://a.example/huge': async () => ({ status: 200, headers: {}, bytes: picture(4000, 4000) }),
      'https://a.example/gone': async () => ({ status: 404, headers: {}, bytes: picture() }),
      'https://a.example/long': () => Promise.reject(new FetchRefusedError('too_large')),
      'https://a.example/slow': () => Promise.reject(new FetchRefusedError('timeout')),
    };
    const horde = await hordes.open({
      fetch: (url) => answers[url]?.() ?? Promise.reject(new FetchRefusedError('target')),
    });
    const byUrl = async (source_image: string) =>
      (await horde.ask(['caption'], { source_image })).body.rc ?? 'accepted';
    expect(await byUrl('https://a.example/good')).toBe('SourceImageUrlInvalid');
    await horde.horde.settings.change({ source_urls: true }, 1);
    expect(await byUrl('https://a.example/page')).toBe('SourceImageUrlInvalid');
    expect(await byUrl('https://a.example/torn')).toBe('SourceImageUnreadable');
    expect(await byUrl('https://a.example/huge')).toBe('SourceImageResolutionExceeded');
    expect(await byUrl('https://a.example/gone')).toBe('ImageValidationFailed');
    expect(await byUrl('https://a.example/long')).toBe('SourceImageSizeExceeded');
    expect(await byUrl('https://a.example/slow')).toBe('ImageValidationFailed');
    expect(await byUrl('http://10.0.0.1/')).toBe('SourceImageUrlInvalid');
    expect(await byUrl('https://a.example/good')).toBe('accepted');
    // The worker gets what was stored here, not the stranger's URL.
    const form = onlyForm(await horde.pop());
    expect(form.source_image).toMatch(/^http:\/\/localhost\/images\/source\//);
    expect((await horde.fetch(form.source_image)).rawPayload.equals(picture(600, 400))).toBe(true);
  });
});

describe('what pops are refused', () => {
  it('refuses in the order of the list', async () => {
    const horde = await hordes.open();
    const deleted = await horde.addUser({ id: 7, deletedAt: 1 });
    const flagged = await horde.addUser({ id: 8, flags: { is_flagged: 1 } });
    const other = await horde.addUser({ id: 9 });
    const offer = { name: 'Taken', models: ['tiny'], max_pixels: 262_144 };
    await horde.call('POST', '/generate/pop', offer);
    await horde.pop({ name: 'Alchemist' });
    const rows: ReadonlyArray<[object, string | undefined, number, string | undefined]> = [
      [{ name: 7 }, other, 400, undefined],
      [{ forms: ['unknown'] }, other, 400, undefined],
      [{ threads: 101 }, other, 400, undefined],
      [{ max_tiles: 257 }, other, 400, undefined],
      [{ priority_usernames: ['nobody'] }, 'wrong', 400, 'BadRequest'],
      [{ priority_usernames: ['some#body'] }, 'wrong', 401, 'InvalidAPIKey'],
      [{}, deleted, 403, 'DeletedUser'],
      [{}, flagged, 403, 'WorkerFlaggedMaintenance'],
      [{}, anonymousKey, 403, 'AnonForbiddenWorker'],
      [{ name: 'Taken' }, other, 400, 'PolymorphicNameConflict'],
      [{ name: 'Alchemist' }, other, 403, 'WrongCredentials'],
      [{ name: '  ' }, other, 400, 'BadRequest'],
    ];
    for (const [extra, key, status, rc] of rows) {
      const answer = await horde.pop(extra, key);
      expect([answer.status, answer.body.rc]).toEqual([status, rc]);
    }
    expect(await horde.pop({ name: 'Fresh', amount: -5 }, other)).toMatchObject({
      status: 200,
      body: { forms: null, skipped: {} },
    });
  });
});

describe('what submits are refused', () => {
  it('refuses in the order of the list', async () => {
    const horde = await hordes.open();
    const other = await horde.addUser({ id: 9 });
    await horde.ask(['caption']);
    const { id } = onlyForm(await horde.pop());
    const body = { id, result: { caption: 'a cat' } };
    const submit = async (extra: object, key?: string) => {
      const answer = await horde.call(
        'POST',
        '/interrogate/submit',
        { ...body, ...extra },
        key === undefined ? {} : { key },
      );
      return [answer.status, answer.body.rc];
    };
    expect((await horde.call('POST', '/interrogate/submit', { id })).body.errors).toHaveProperty('result');
    expect(await submit({ result: 'a cat' })).toEqual([400, undefined]);
    expect(await submit({ id: unknownId }, 'wrong')).toEqual([404, 'InvalidJobID']);
    expect(await submit({ id: 'no uuid' })).toEqual([404, 'InvalidJobID']);
    expect(await submit({}, 'wrong')).toEqual([401, 'InvalidAPIKey']);
    expect(await submit({ result: {} }, other)).toEqual([403, 'WrongCredentials']);
    expect(await submit({}, anonymousKey)).toEqual([403, 'WrongCredentials']);
    expect(await submit({})).toEqual([200, undefined]);
    expect(await submit({ state: 'ok' })).toEqual([200, undefined]);
    expect(await submit({ result: { caption: 'a dog' } })).toEqual([400, 'DuplicateGen']);
    expect(await submit({ state: 'faulted' })).toEqual([400, 'DuplicateGen']);
    expect((await horde.balances())['tax']).toBe(200);
  });

  it('refuses results that are not what their form gives; the form stays the worker’s', async () => {
    const horde = await hordes.open();
    const forms = ['caption', 'interrogation', 'nsfw', 'vectorize', 'aesthetic', 'strip_background'];
    const { id: requestId } = (await horde.ask(forms)).body;
    const popped = await horde.pop({ forms, amount: 10 });
    const idOf = (name: string) => popped.body.forms.find((it: { form: string }) => it.form === name).id;
    const rows: ReadonlyArray<[string, object]> = [
      ['caption', {}],
      ['caption', { nsfw: true }],
      ['caption', { caption: 7 }],
      ['caption', { caption: 'x'.repeat(20_000) }],
      ['interrogation', { interrogation: [] }],
      ['interrogation', { interrogation: { tags: [{ text: 'a cat' }] } }],
      ['nsfw', { nsfw: 'no' }],
      ['vectorize', { vectorize: '' }],
      ['aesthetic', { aesthetic: null }],
      ['aesthetic', { aesthetic: 'x'.repeat(20_000) }],
    ];
    for (const [name, result] of rows) {
      const answer = await horde.submit(idOf(name), result);
      expect(answer.status).toBe(400);
      expect(Object.keys(answer.body.errors)).toEqual([`result.${name}`]);
    }
    const strip = popped.body.forms.at(-1);
    const rcOf = async (value: string) => (await horde.submit(strip.id, { strip_background: value })).body.rc;
    expect(await rcOf('R2')).toBe('ImageValidationFailed');
    expect(await rcOf('no picture')).toBe('ImageValidationFailed');
    // It may not be larger than what it was made of.
    await horde.upload(strip.r2_upload, picture(513, 512));
    expect(await rcOf('R2')).toBe('ImageValidationFailed');
    expect((await horde.status(requestId)).body.forms.at(-1).state).toBe('processing');
    // A worker that could not upload sends the picture itself.
    expect(await rcOf(base64(picture(512, 512, 'stripped')))).toBeUndefined();
    const { result } = (await horde.status(requestId)).body.forms.at(-1);
    const made = await horde.fetch(result.strip_background);
    expect(made.rawPayload.equals(picture(512, 512, 'stripped'))).toBe(true);
    // Its link is closed.
    expect((await horde.upload(strip.r2_upload, picture())).statusCode).toBe(403);
    await horde.balances();
  });

  it('takes a picture without its upload where the host says so', async () => {
    const horde = await hordes.open();
    await horde.horde.settings.change({ require_upload: false }, 1);
    const { id } = (await horde.ask(['GFPGAN'])).body;
    const form = onlyForm(await horde.pop({ forms: ['GFPGAN'] }));
    expect((await horde.submit(form.id, { GFPGAN: 'R2' })).body).toEqual({ reward: 3 });
    expect((await horde.status(id)).body.forms[0].result).toEqual({ GFPGAN: 'N/A' });
  });
});

it('finds no request that it does not have', async () => {
  const horde = await hordes.open();
  for (const id of [unknownId, 'no-uuid']) {
    expect(await horde.status(id)).toMatchObject({ status: 404, body: { rc: 'RequestNotFound' } });
    const cancelled = await horde.call('DELETE', `/interrogate/status/${id}`);
    expect(cancelled).toMatchObject({ status: 404, body: { rc: 'RequestNotFound' } });
  }
});
