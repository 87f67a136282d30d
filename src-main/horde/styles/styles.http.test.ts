import { afterEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { communityFolder } from '../testing/open-community.ts';
import { anonymousKey, someTime } from '../testing/open-horde.ts';

const folders = communityFolder();
afterEach(folders.closeAll);

type Kind = 'image' | 'text';
const kinds: readonly Kind[] = ['image', 'text'];
const nobody = '01234567-89ab-4cde-8f01-23456789abcd';
const style = (extra: object = {}) => ({
  name: 'ink',
  info: 'Black ink on paper',
  prompt: '{p}, ink{np}',
  models: ['tiny'],
  ...extra,
});

async function openStyles() {
  const horde = await folders.open();
  const make = async (kind: Kind, extra: object = {}, key = horde.ownerKey): Promise<string> => {
    const { status, body } = await horde.call('POST', `/styles/${kind}`, style(extra), { key });
    expect(body).toEqual({
      id: expect.any(String),
      message: 'OK',
      ...(kind === 'image' ? { warnings: [] } : {}),
    });
    expect(status).toBe(200);
    return body.id;
  };
  const trusted = (id: number) => horde.addUser({ id, flags: { is_trusted: 1 } });
  const moderator = (id: number) => horde.addUser({ id, flags: { is_moderator: 1, is_trusted: 1 } });
  return { ...horde, make, trusted, moderator };
}

describe.each(kinds)('%s styles', (kind) => {
  it('shows what was made, by id and by every form of its name', async () => {
    const horde = await openStyles();
    const params = kind === 'image' ? { steps: 20, width: 768 } : { temperature: 0.7 };
    const id = await horde.make(kind, { params, tags: ['art', 'art', 'ink'], nsfw: true });
    const shown = {
      id,
      name: 'ink',
      info: 'Black ink on paper',
      prompt: '{p}, ink{np}',
      params:
        kind === 'image'
          ? params
          : { ...params, min_p: 0, smoothing_factor: 0, dynatemp_range: 0, dynatemp_exponent: 1 },
      public: true,
      nsfw: true,
      tags: ['art', 'ink'],
      models: ['tiny'],
      use_count: 0,
      creator: 'Owner#1',
      ...(kind === 'image' ? { examples: [] } : {}),
    };
    expect((await horde.call('GET', `/styles/${kind}/${id}`)).body).toEqual(shown);
    for (const name of ['ink', 'style::ink', 'Owner#1::ink', 'style::x#1::ink', 'Owner#1::style::ink']) {
      const found = await horde.call(
        'GET',
        `/styles/${kind}_by_name/${encodeURIComponent(name)}`,
        undefined,
        {
          key: '',
        },
      );
      expect([name, found.status, found.body]).toEqual([name, 200, shown]);
    }
  });

  it('has defaults for what was not sent', async () => {
    const horde = await openStyles();
    const { body } = await horde.call('POST', `/styles/${kind}`, { name: 'bare', models: ['tiny'] });
    const { body: shown } = await horde.call('GET', `/styles/${kind}/${body.id}`);
    expect(shown).toMatchObject({ info: '', prompt: '{p}{np}', public: true, nsfw: false, tags: [] });
    expect('params' in shown).toBe(kind === 'text');
  });

  it('refuse what cannot be one', async () => {
    const horde = await openStyles();
    const rows: ReadonlyArray<[what: string, extra: object, rc: string | undefined]> = [
      ['no models', { models: undefined }, 'BadRequest'],
      ['no model in the list', { models: [] }, 'BadRequest'],
      ['six models', { models: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'BadRequest'],
      ['eleven tags', { tags: Array.from({ length: 11 }, (_, i) => `t${i}`) }, 'BadRequest'],
      ['a long tag', { tags: ['x'.repeat(26)] }, undefined],
      ['a short info', { info: 'short' }, undefined],
      ['a name with markup', { name: '<b>ink</b>' }, 'BadRequest'],
      ['a name like a reference', { name: 'a::b' }, 'BadRequest'],
      ['no name', { name: undefined }, undefined],
      ['null', { info: null }, undefined],
      ['a prompt without a place', { prompt: 'just ink' }, 'StylePromptMissingVars'],
      ['a shared key that is none', { sharedkey: nobody }, 'SharedKeyInvalid'],
    ];
    for (const [what, extra, rc] of rows) {
      const answer = await horde.call('POST', `/styles/${kind}`, style(extra));
      expect([what, answer.status, answer.body.rc]).toEqual([what, 400, rc]);
    }
    expect((await horde.call('GET', `/styles/${kind}`)).body).toEqual([]);
  });

  it('are made by customizers and trusted users alone', async () => {
    const horde = await openStyles();
    const plain = await horde.addUser({ id: 7 });
    const customizer = await horde.addUser({ id: 8, flags: { is_customizer: 1 } });
    const deleted = await horde.addUser({ id: 9, flags: { is_trusted: 1 }, deletedAt: someTime });
    const tryAs = async (key: string) => {
      const { status, body } = await horde.call('POST', `/styles/${kind}`, style(), { key });
      return [status, body.rc];
    };
    expect(await tryAs('')).toEqual([400, undefined]);
    expect(await tryAs('wrong')).toEqual([401, 'InvalidAPIKey']);
    expect(await tryAs(anonymousKey)).toEqual([403, 'StylesRequiresCustomizer']);
    expect(await tryAs(plain)).toEqual([403, 'StylesRequiresCustomizer']);
    expect(await tryAs(deleted)).toEqual([403, 'DeletedUser']);
    expect(await tryAs(customizer)).toEqual([200, undefined]);
  });

  it('have names of their own for every owner, not for all', async () => {
    const horde = await openStyles();
    await horde.make(kind);
    const ada = await horde.trusted(7);
    const again = await horde.call('POST', `/styles/${kind}`, style());
    expect([again.status, again.body.rc]).toEqual([400, 'BadRequest']);
    horde.clock.now += 1;
    const second = await horde.make(kind, { prompt: '{p} by ada{np}' }, ada);
    const path = `/styles/${kind}_by_name/`;
    expect((await horde.call('GET', `${path}ink`)).body.creator).toBe('Owner#1');
    expect((await horde.call('GET', `${path}user7%237::ink`)).body.id).toBe(second);
  });

  it('change only in what is sent', async () => {
    const horde = await openStyles();
    const id = await horde.make(kind, { tags: ['art'], public: false, nsfw: true });
    const path = `/styles/${kind}/${id}`;
    const before = (await horde.call('GET', path)).body;
    expect((await horde.call('PATCH', path, { info: 'New' })).status).toBe(200);
    expect((await horde.call('GET', path)).body).toEqual({ ...before, info: 'New' });
    const more = { name: 'pen', models: ['b', 'a'], tags: [], public: true, nsfw: false };
    await horde.call('PATCH', path, more);
    expect((await horde.call('GET', path)).body).toEqual({ ...before, ...more, info: 'New' });
    expect((await horde.call('PATCH', path, {})).status).toBe(200);
  });

  it('keep changes that are made at the same time', async () => {
    const horde = await openStyles();
    const path = `/styles/${kind}/${await horde.make(kind)}`;
    const changes = [{ info: 'New' }, { tags: ['art'] }, { models: ['big'] }, { public: false }];
    await Promise.all(changes.map((change) => horde.call('PATCH', path, change)));
    expect((await horde.call('GET', path)).body).toMatchObject(Object.assign({}, ...changes));
  });

  it('are changed by their owner alone, deleted by moderators too', async () => {
    const horde = await openStyles();
    const [ada, mod] = [await horde.trusted(7), await horde.moderator(8)];
    const id = await horde.make(kind);
    const path = `/styles/${kind}/${id}`;
    const rcOf = async (method: 'PATCH' | 'DELETE', key: string, at = path) => {
      const { status, body } = await horde.call(method, at, method === 'PATCH' ? {} : undefined, { key });
      return [status, body.rc];
    };
    expect(await rcOf('PATCH', ada)).toEqual([403, 'Forbidden']);
    expect(await rcOf('PATCH', mod)).toEqual([403, 'Forbidden']);
    expect(await rcOf('PATCH', 'wrong', `/styles/${kind}/none`)).toEqual([401, 'InvalidAPIKey']);
    expect(await rcOf('PATCH', horde.ownerKey, `/styles/${kind}/none`)).toEqual([404, 'StyleNotFound']);
    expect(await rcOf('DELETE', '')).toEqual([400, undefined]);
    expect(await rcOf('DELETE', anonymousKey)).toEqual([403, 'StylesAnonForbidden']);
    expect(await rcOf('DELETE', ada)).toEqual([403, 'Forbidden']);
    expect(await rcOf('DELETE', mod)).toEqual([200, undefined]);
    expect(await rcOf('DELETE', mod)).toEqual([404, 'StyleNotFound']);
    const lines = await horde.db.read.selectFrom('horde_audit').selectAll().execute();
    expect(lines).toMatchObject([{ actor_id: 8, action: 'style.delete' }]);
  });

  it('tell another kind from none', async () => {
    const horde = await openStyles();
    const other = kind === 'image' ? 'text' : 'image';
    const id = await horde.make(other);
    const rcOf = async (path: string) => {
      const { status, body } = await horde.call('GET', path);
      return [status, body.rc];
    };
    expect(await rcOf(`/styles/${kind}/${id}`)).toEqual([400, 'StyleGetMistmatch']);
    expect(await rcOf(`/styles/${kind}_by_name/ink`)).toEqual([400, 'StyleGetMistmatch']);
    const code = kind === 'image' ? 'Image styleNotFound' : 'Text styleNotFound';
    expect(await rcOf(`/styles/${kind}/${nobody}`)).toEqual([404, code]);
    expect(await rcOf(`/styles/${kind}/none`)).toEqual([404, code]);
    expect(await rcOf(`/styles/${kind}_by_name/none`)).toEqual([404, 'StyleNotFound']);
    expect(await rcOf(`/styles/${kind}_by_name/collection::ink`)).toEqual([404, 'StyleNotFound']);
  });

  it('are listed in pages, public ones alone, by use or by age, by tag and model', async () => {
    const horde = await openStyles();
    const ids: string[] = [];
    for (let i = 0; i < 27; i += 1) {
      horde.clock.now += 1000;
      ids.push(await horde.make(kind, { name: `s${i}`, tags: [`t${i % 2}`], models: [`m${i % 3}`] }));
    }
    await horde.make(kind, { name: 'hidden', public: false });
    const list = async (query: string): Promise<string[]> => {
      const { body } = await horde.call('GET', `/styles/${kind}${query}`, undefined, { key: '' });
      return body.map((it: { id: string }) => it.id);
    };
    expect(await list('?sort=age')).toEqual(ids.slice(0, 25));
    expect(await list('?sort=age&page=2')).toEqual(ids.slice(25));
    expect(await list('?page=-3&sort=age')).toEqual(ids.slice(0, 25));
    expect(await list('?page=9')).toEqual([]);
    expect(await list('?sort=age&tag=t1&model=m0')).toEqual(ids.filter((_, i) => i % 2 === 1 && i % 3 === 0));
    const use = { styleId: ids[3] ?? '', requestId: 'r', callerId: 1, kind, now: horde.clock.now };
    await horde.db.write(() => horde.community.application.used(horde.db.query, use));
    expect(await list('')).toEqual([ids[3], ...ids.filter((_, i) => i !== 3).slice(0, 24)]);
    const bad = await horde.call('GET', `/styles/${kind}?sort=new`);
    expect([bad.status, bad.body.rc]).toEqual([400, 'BadRequest']);
    expect((await horde.call('GET', `/styles/${kind}?page=x`)).status).toBe(400);
  });

  it('of an account that is being deleted are listed no more', async () => {
    const horde = await openStyles();
    const ada = await horde.trusted(7);
    const id = await horde.make(kind, {}, ada);
    await horde.db.write(() =>
      run(horde.db.query.updateTable('users').set({ deleted_at: someTime }).where('id', '=', 7)),
    );
    expect((await horde.call('GET', `/styles/${kind}`)).body).toEqual([]);
    expect((await horde.call('GET', `/styles/${kind}_by_name/ink`)).status).toBe(404);
    expect((await horde.call('GET', `/styles/${kind}/${id}`)).status).toBe(200);
  });
});

describe('parameters of styles', () => {
  it('keep the rules of requests', async () => {
    const horde = await openStyles();
    const rows: ReadonlyArray<[Kind, params: object, extra: object, rc: string | undefined]> = [
      ['image', { steps: 501 }, {}, undefined],
      ['image', { cfg_scale: 7.123 }, {}, 'BadCFGDecimals'],
      ['image', { post_processing: ['RealESRGAN_x4plus', 'NMKD_Siax'] }, {}, 'TooManyUpscalers'],
      ['image', { hires_fix: true }, { models: ['big [Flux]'] }, 'HiResMismatch'],
      ['image', {}, { models: ['GFPGAN'] }, 'UnexpectedModelName'],
      ['image', {}, { prompt: '{p} without' }, 'StylePromptMissingVars'],
      ['text', { temperature: 6 }, {}, undefined],
      ['text', { sampler_order: [1, 2, 3] }, {}, 'MissingFullSamplerOrder'],
      ['text', { stop_sequence: ['x'.repeat(2001)] }, {}, 'ExcessiveStopSequence'],
    ];
    for (const [kind, params, extra, rc] of rows) {
      const { status, body } = await horde.call('POST', `/styles/${kind}`, style({ params, ...extra }));
      expect([params, extra, status, body.rc]).toEqual([params, extra, 400, rc]);
    }
  });

  it('refuses a special model to plain users', async () => {
    const horde = await openStyles();
    const sent = style({ models: ['horde_special::x#9'] });
    const { status, body } = await horde.call('POST', '/styles/image', sent);
    expect([status, body.rc]).toEqual([403, 'SpecialModelNeedsSpecialUser']);
  });

  it('drops what belongs to a request and takes a workflow without its texts', async () => {
    const horde = await openStyles();
    const loras = [{ name: 'ink' }];
    const params = { workflow: 'qr_code', loras, n: 4, seed: '1', control_type: 'canny', unknown: 1 };
    const id = await horde.make('image', { params });
    expect((await horde.call('GET', `/styles/image/${id}`)).body.params).toEqual({
      workflow: 'qr_code',
      loras,
    });
  });

  it('checks a change against what stays', async () => {
    const horde = await openStyles();
    const id = await horde.make('image', { params: { hires_fix: true } });
    const { status, body } = await horde.call('PATCH', `/styles/image/${id}`, { models: ['big [Flux]'] });
    expect([status, body.rc]).toEqual([400, 'HiResMismatch']);
  });
});

describe('shared keys of styles', () => {
  it('are shown without their id, and only an own one can be held', async () => {
    const horde = await openStyles();
    const ada = await horde.trusted(7);
    const key = (await horde.call('PUT', '/sharedkeys', { name: 'for ink' })).body.id;
    const id = await horde.make('image', { sharedkey: key });
    const { shared_key: shown } = (await horde.call('GET', `/styles/image/${id}`)).body;
    expect(shown).toMatchObject({ name: 'for ink', username: 'Owner#1' });
    expect(shown.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(shown.id).not.toBe(key);
    const foreign = await horde.call('POST', '/styles/text', style({ sharedkey: key }), { key: ada });
    expect([foreign.status, foreign.body.rc]).toEqual([400, 'SharedKeyInvalid']);
  });

  it('must not be spent or expired', async () => {
    const horde = await openStyles();
    const rcOf = async (input: object, waitMs = 0) => {
      const key = (await horde.call('PUT', '/sharedkeys', input)).body.id;
      horde.clock.now += waitMs;
      const id = await horde.make('image', { name: `s${horde.clock.now}` });
      const { status, body } = await horde.call('PATCH', `/styles/image/${id}`, { sharedkey: key });
      return [status, body.rc];
    };
    expect(await rcOf({ kudos: 0 })).toEqual([400, 'SharedKeyEmpty']);
    expect(await rcOf({ expiry: 1 }, 86_400_000)).toEqual([400, 'SharedKeyExpired']);
    horde.clock.now += 1;
    expect(await rcOf({ kudos: -1 })).toEqual([200, undefined]);
  });

  it('leave their styles when they are deleted', async () => {
    const horde = await openStyles();
    const key = (await horde.call('PUT', '/sharedkeys', {})).body.id;
    const id = await horde.make('image', { sharedkey: key });
    expect(await horde.community.styles.holdsSharedKey(key)).toBe(true);
    expect((await horde.call('DELETE', `/sharedkeys/${key}`)).status).toBe(200);
    expect(await horde.community.styles.holdsSharedKey(key)).toBe(false);
    expect((await horde.call('GET', `/styles/image/${id}`)).body).not.toHaveProperty('shared_key');
  });
});
