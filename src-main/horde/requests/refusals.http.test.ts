import { afterEach, describe, expect, it } from 'vitest';
import { hordeFolder } from '../testing/open-horde.ts';

const hordes = hordeFolder();
afterEach(() => hordes.closeAll());

describe('refusals of text requests', () => {
  it('come in the order of the API', async () => {
    const horde = await hordes.open();
    const deleted = await horde.addUser({ id: 5, deletedAt: 1 });
    const rcOf = async (extra: object, key?: string) => {
      const { status, body } = await horde.askText(extra, key === undefined ? {} : { key });
      return `${status} ${body.rc ?? Object.keys(body.errors ?? {}).join()}`;
    };
    const many = { extra_source_images: Array.from({ length: 6 }, () => ({ image: 'a' })) };
    expect(await rcOf({ params: { max_length: 5 }, ...many }, '')).toBe('400 params.max_length');
    expect(await rcOf({ ...many, style: 'nothing' }, 'nobody')).toBe('404 StyleNotFound');
    expect(await rcOf({ ...many, proxied_account: 'x' }, 'nobody')).toBe('401 InvalidAPIKey');
    expect(await rcOf({ ...many, proxied_account: 'x' })).toBe('400 OnlyServiceAccountProxy');
    expect(await rcOf(many, deleted)).toBe('403 DeletedUser');
    expect(await rcOf({ ...many, prompt: '' })).toBe('400 TooManyExtraSourceImages.');
    expect(await rcOf({ prompt: ' ', workers: ['x'] })).toBe('400 MissingPrompt');
    const untrusted = await horde.addUser({ id: 6 });
    const batch = { disable_batching: true, params: { n: 20, max_length: 100, max_context_length: 80 } };
    expect(await rcOf({ ...batch, workers: ['x'] }, untrusted)).toBe('404 WorkerNotFound');
    expect(await rcOf(batch, untrusted)).toBe('400 RequiresTrust');
    expect(await rcOf({ params: { ...batch.params, n: 1 } }, untrusted)).toBe('400 TokenOverflow');
    await horde.askText({ params: { n: 20 } }, { key: untrusted });
    expect(await rcOf({ params: batch.params }, untrusted)).toBe('429 TooManyPrompts');
    // Pictures have a limit of their own.
    expect((await horde.ask({ params: { n: 20 } }, { key: untrusted })).status).toBe(202);
    await horde.call('PUT', '/status/modes', { maintenance_mode: true });
    expect(await rcOf(many, 'nobody')).toBe('400 MaintenanceMode');
  });

  it('of heavy ones depend on the kudos for them', async () => {
    const horde = await hordes.open();
    const poor = await horde.addUser({ id: 5, kudos: 25 });
    const rich = await horde.addUser({ id: 6, kudos: 5000 });
    const heavy = { params: { max_length: 1000, max_context_length: 2048, n: 2 } };
    const refused = await horde.askText(heavy, { key: poor });
    expect(refused).toMatchObject({ status: 403, body: { rc: 'KudosUpfront' } });
    expect((await horde.askText({ ...heavy, dry_run: true }, { key: poor })).body.rc).toBe('KudosUpfront');
    const { id } = (await horde.askText(heavy, { key: rich })).body;
    const holds = await horde.db.read.selectFrom('kudos_hold').selectAll().execute();
    // 20 for each text of a request that names no model, and its tax is paid out of it.
    expect(holds).toMatchObject([{ user_id: 6, original: 4000, remaining: 3900 }]);
    await horde.call('DELETE', `/generate/text/status/${id}`);
    const downgraded = await horde.askText({ ...heavy, allow_downgrade: true }, { key: poor });
    expect(downgraded.status).toBe(202);
    expect((await horde.popText()).payload.max_length).toBe(512);
  });

  it('do not touch a price', async () => {
    const horde = await hordes.open();
    const dry = {
      dry_run: true,
      models: ['a-7B'],
      params: { n: 3, max_length: 100, max_context_length: 1024 },
    };
    // (100 × 7 × (1.2 + 1) ÷ 100 + 1) × 3 + 1
    expect(await horde.askText(dry)).toMatchObject({ status: 200, body: { kudos: 50 } });
    expect(horde.queues.text.totals().requests).toBe(0);
  });
});

describe('a rating', () => {
  it('is refused, for nothing is public here', async () => {
    const horde = await hordes.open();
    const { id } = (await horde.ask()).body;
    const rate = (request: string, body: object = {}) =>
      horde.call('POST', `/generate/rate/${request}`, body);
    expect((await rate('nothing')).body.rc).toBe('RequestNotFound');
    expect((await rate(id, { best: 'short' })).body.errors).toHaveProperty('best');
    expect((await rate(id)).body).toMatchObject({ rc: 'AestheticsNotCompleted' });
    const job = await horde.pop();
    await horde.submit(job.id);
    expect(await rate(id)).toMatchObject({ status: 400, body: { rc: 'AestheticsNotPublic' } });
  });
});

describe('inpainting', () => {
  it('needs a mask, or a picture that can be transparent', async () => {
    const horde = await hordes.open();
    const opaque = Buffer.concat([Buffer.from('RIFF0000WEBPVP8 '), Buffer.alloc(100, 7)]).toString('base64');
    const clear = Buffer.concat([Buffer.from('RIFF0000WEBPVP8X'), Buffer.alloc(100, 0x10)]).toString(
      'base64',
    );
    const inpaint = { source_processing: 'inpainting' };
    const refused = await horde.ask({ ...inpaint, source_image: opaque });
    expect(refused).toMatchObject({ status: 400, body: { rc: 'InpaintingMissingMask' } });
    expect((await horde.ask({ ...inpaint, source_image: opaque, source_mask: opaque })).status).toBe(202);
    expect((await horde.ask({ ...inpaint, source_image: clear })).status).toBe(202);
    expect(horde.queues.image.totals().requests).toBe(2);
  });
});
