import { afterEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { communityFolder } from '../testing/open-community.ts';
import { anonymousKey, someTime } from '../testing/open-horde.ts';

const folders = communityFolder();
afterEach(folders.closeAll);

const nobody = '01234567-89ab-4cde-8f01-23456789abcd';

async function openCollections() {
  const horde = await folders.open();
  const ada = await horde.addUser({ id: 7, flags: { is_trusted: 1 } });
  const style = async (name: string, extra: object = {}, kind = 'image', key = horde.ownerKey) => {
    horde.clock.now += 1;
    const { body } = await horde.call(
      'POST',
      `/styles/${kind}`,
      { name, models: ['tiny'], ...extra },
      { key },
    );
    return String(body.id);
  };
  const collect = async (
    name: string,
    styles: readonly string[],
    extra: object = {},
    key = horde.ownerKey,
  ) => {
    horde.clock.now += 1;
    const { status, body } = await horde.call('POST', '/collections', { name, styles, ...extra }, { key });
    expect([status, body]).toEqual([200, { id: expect.any(String), message: 'OK', warnings: [] }]);
    return String(body.id);
  };
  const show = async (id: string) => (await horde.call('GET', `/collections/${id}`)).body;
  return { ...horde, ada, style, collect, show };
}

describe('collections', () => {
  it('show what was collected, by id and by every form of their name', async () => {
    const horde = await openCollections();
    const [ink, pen] = [await horde.style('ink'), await horde.style('pen')];
    const id = await horde.collect('drawn', [pen, 'ink', 'style::Owner#1::ink'], { info: 'By <hand>' });
    const shown = {
      id,
      name: 'drawn',
      type: 'image',
      info: 'By &lt;hand&gt;',
      public: true,
      styles: [
        { id: pen, name: 'Owner#1::style::pen' },
        { id: ink, name: 'Owner#1::style::ink' },
      ],
      use_count: 0,
    };
    expect(await horde.show(id)).toEqual(shown);
    for (const name of ['drawn', 'collection::drawn', 'Owner#1::drawn', 'collection::x#1::drawn']) {
      const path = `/collection_by_name/${encodeURIComponent(name)}`;
      expect((await horde.call('GET', path, undefined, { key: '' })).body).toEqual(shown);
    }
  });

  it('are not found by the name of a style', async () => {
    const horde = await openCollections();
    await horde.style('ink');
    for (const name of ['ink', 'style::ink', 'none']) {
      expect(await horde.rcOf('GET', `/collection_by_name/${name}`)).toEqual([404, 'CollectionNotFound']);
    }
    expect(await horde.rcOf('GET', `/collections/${nobody}`)).toEqual([404, 'CollectionNotFound']);
    expect(await horde.rcOf('GET', '/collections/none')).toEqual([404, 'CollectionNotFound']);
  });

  it('refuse what cannot be collected', async () => {
    const horde = await openCollections();
    const [ink, song] = [await horde.style('ink'), await horde.style('song', {}, 'text')];
    const hidden = await horde.style('hidden', { public: false }, 'image', horde.ada);
    const post = (body: object) => horde.rcOf('POST', '/collections', body);
    const bad = [400, 'BadRequest'];
    expect(await post({ name: 'c' })).toEqual(bad);
    expect(await post({ name: 'c', styles: [] })).toEqual(bad);
    expect(await post({ styles: [ink] })).toEqual([400, undefined]);
    expect(await post({ name: 'c', styles: ['none'] })).toEqual(bad);
    expect(await post({ name: 'c', styles: [nobody] })).toEqual(bad);
    expect(await post({ name: 'c', styles: [ink, song] })).toEqual(bad);
    expect(await post({ name: 'c', styles: ['ink', 'song'] })).toEqual(bad);
    expect(await post({ name: 'c', styles: ['hidden'] })).toEqual(bad);
    expect(await post({ name: 'c', styles: ['user7#7::hidden'] })).toEqual(bad);
    expect(await post({ name: 'darn', styles: [ink] })).toEqual(bad);
    expect(await post({ name: 'a::b', styles: [ink] })).toEqual(bad);
    await horde.collect('by id', [hidden]);
    await horde.collect('own', ['user7#7::hidden'], {}, horde.ada);
    expect(await post({ name: 'by id', styles: [ink] })).toEqual(bad);
    await horde.collect('by id', [ink], {}, horde.ada);
  });

  it('are made by named accounts that stay', async () => {
    const horde = await openCollections();
    await horde.style('ink');
    const plain = await horde.addUser({ id: 8 });
    const gone = await horde.addUser({ id: 9, deletedAt: someTime });
    const post = (key: string) => horde.rcOf('POST', '/collections', { name: 'c', styles: ['ink'] }, { key });
    expect(await post('')).toEqual([400, undefined]);
    expect(await post('wrong')).toEqual([401, 'InvalidAPIKey']);
    expect(await post(anonymousKey)).toEqual([403, 'StylesAnonForbidden']);
    expect(await post(gone)).toEqual([403, 'DeletedUser']);
    expect(await post(plain)).toEqual([200, undefined]);
  });

  it('change in what is sent, by their owner', async () => {
    const horde = await openCollections();
    const [ink, pen] = [await horde.style('ink'), await horde.style('pen')];
    const song = await horde.style('song', {}, 'text');
    const id = await horde.collect('drawn', [ink], { info: 'By hand', public: false });
    const path = `/collections/${id}`;
    const before = await horde.show(id);
    expect((await horde.call('PATCH', path, { name: 'sketched' })).body).toEqual({
      id,
      message: 'OK',
      warnings: [],
    });
    expect(await horde.show(id)).toEqual({ ...before, name: 'sketched' });
    await horde.call('PATCH', path, { styles: ['pen'], public: true, info: 'x' });
    expect(await horde.show(id)).toMatchObject({ public: true, info: 'x', styles: [{ id: pen }] });
    expect(await horde.rcOf('PATCH', path, { styles: [song] })).toEqual([400, 'StyleMismatch']);
    expect(await horde.rcOf('PATCH', path, { styles: [ink, song] })).toEqual([400, 'StyleMismatch']);
    expect(await horde.rcOf('PATCH', path, { styles: ['none'] })).toEqual([400, 'BadRequest']);
    expect(await horde.rcOf('PATCH', path, { styles: [] })).toEqual([400, 'BadRequest']);
    const mod = await horde.addUser({ id: 8, flags: { is_moderator: 1 } });
    expect(await horde.rcOf('PATCH', path, {}, { key: mod })).toEqual([403, 'Forbidden']);
    expect(await horde.rcOf('PATCH', path, {}, { key: 'wrong' })).toEqual([401, 'InvalidAPIKey']);
    expect(await horde.rcOf('PATCH', '/collections/none', {})).toEqual([404, 'CollectionNotFound']);
  });

  it('keep changes that are made at the same time', async () => {
    const horde = await openCollections();
    const path = `/collections/${await horde.collect('drawn', [await horde.style('ink')])}`;
    const pen = await horde.style('pen');
    const changes = [{ info: 'New' }, { public: false }, { styles: [pen] }];
    await Promise.all(changes.map((change) => horde.call('PATCH', path, change)));
    expect((await horde.call('GET', path)).body).toMatchObject({
      info: 'New',
      public: false,
      styles: [{ id: pen }],
    });
  });

  it('go without their styles, by their owner or a moderator', async () => {
    const horde = await openCollections();
    const ink = await horde.style('ink');
    const path = `/collections/${await horde.collect('drawn', [ink])}`;
    expect(await horde.rcOf('DELETE', path, undefined, { key: horde.ada })).toEqual([403, 'Forbidden']);
    const mod = await horde.addUser({ id: 8, flags: { is_moderator: 1 } });
    expect((await horde.call('DELETE', path, undefined, { key: mod })).body).toEqual({ message: 'OK' });
    expect(await horde.rcOf('DELETE', path)).toEqual([404, 'CollectionNotFound']);
    expect((await horde.call('GET', `/styles/image/${ink}`)).status).toBe(200);
    expect(await horde.auditLines()).toMatchObject([{ actor_id: 8, action: 'collection.delete' }]);
  });

  it('lose a style that is deleted', async () => {
    const horde = await openCollections();
    const [ink, pen] = [await horde.style('ink'), await horde.style('pen')];
    const id = await horde.collect('drawn', [ink, pen]);
    await horde.call('DELETE', `/styles/image/${ink}`);
    expect((await horde.show(id)).styles).toMatchObject([{ id: pen }]);
  });

  it('are listed: public ones, of a kind, by use or age, in pages', async () => {
    const horde = await openCollections();
    const [ink, song] = [await horde.style('ink'), await horde.style('song', {}, 'text')];
    const ids: string[] = [];
    for (let i = 0; i < 26; i += 1) ids.push(await horde.collect(`c${i}`, [ink]));
    const sung = await horde.collect('sung', [song]);
    await horde.collect('hidden', [ink], { public: false });
    const list = async (query: string): Promise<string[]> =>
      (await horde.call('GET', `/collections${query}`)).body.map(({ id }: { id: string }) => id);
    expect(await list('?sort=age&type=image')).toEqual(ids.slice(0, 25));
    expect(await list('?sort=age&page=2')).toEqual([ids[25], sung]);
    expect(await list('?type=text')).toEqual([sung]);
    const use = { use_count: 3 };
    await horde.db.write(() =>
      run(horde.db.query.updateTable('horde_collections').set(use).where('id', '=', sung)),
    );
    expect((await list(''))[0]).toBe(sung);
    expect(await horde.rcOf('GET', '/collections?sort=new')).toEqual([400, 'BadRequest']);
    expect(await horde.rcOf('GET', '/collections?type=song')).toEqual([400, 'BadRequest']);
  });
});
