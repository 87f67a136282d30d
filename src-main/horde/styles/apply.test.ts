import { afterEach, describe, expect, it } from 'vitest';
import { communityFolder } from '../testing/open-community.ts';
import type { StyleKind } from '#shared/horde/styles/kinds.ts';

const folders = communityFolder();
afterEach(folders.closeAll);

const nobody = '01234567-89ab-4cde-8f01-23456789abcd';

async function openApply() {
  const horde = await folders.open();
  const { application } = horde.community;
  const ada = await horde.addUser({ id: 7, flags: { is_trusted: 1 } });
  const style = async (name: string, extra: object = {}, kind = 'image', key = horde.ownerKey) => {
    horde.clock.now += 1;
    const body = { name, prompt: `{p}, ${name}{np}`, models: ['tiny'], ...extra };
    return String((await horde.call('POST', `/styles/${kind}`, body, { key })).body.id);
  };
  const collect = async (name: string, styles: readonly string[]) =>
    String((await horde.call('POST', '/collections', { name, styles })).body.id);
  const apply = (reference: string, kind: StyleKind = 'image') =>
    application.apply(kind, reference, { prompt: 'a fox###blur', params: { n: 2 }, models: ['other'] });
  const refusal = async (reference: string, kind: StyleKind = 'image') => {
    const error: unknown = await apply(reference, kind).catch((refused: unknown) => refused);
    return error;
  };
  const use = (styleId: string, requestId: string, callerId: number, collectionId: string | null = null) =>
    horde.db.write(() =>
      application.used(horde.db.query, {
        styleId,
        collectionId,
        requestId,
        callerId,
        kind: 'image',
        now: horde.clock.now,
      }),
    );
  const kudosOf = async (id: number) => (await horde.userOf(id)).kudosCents;
  return { ...horde, ada, style, collect, apply, refusal, use, kudosOf };
}

describe('applying a style', () => {
  it('makes the request that the style wants, by id or name', async () => {
    const horde = await openApply();
    const id = await horde.style('ink', { params: { steps: 20 }, nsfw: true });
    for (const reference of [id, 'ink', 'style::ink', 'Owner#1::style::ink']) {
      expect(await horde.apply(reference)).toEqual({
        input: { prompt: 'a fox, ink###blur', params: { n: 2, steps: 20 }, models: ['tiny'], nsfw: true },
        style: { id, ownerId: 1, sharedKeyId: null, collectionId: null },
      });
    }
  });

  it('tells of the shared key of a style', async () => {
    const horde = await openApply();
    const key = (await horde.call('PUT', '/sharedkeys', {})).body.id;
    await horde.style('ink', { sharedkey: key });
    expect((await horde.apply('ink')).style.sharedKeyId).toBe(key);
  });

  it('refuses what is not there or for other requests', async () => {
    const horde = await openApply();
    await horde.style('song', {}, 'text');
    await horde.style('hidden', { public: false });
    const songs = await horde.collect('songs', ['song']);
    const notFound = { status: 404, rc: 'StyleNotFound' };
    const mismatch = { status: 400, rc: 'StyleMismatch' };
    const refusals = async (references: readonly string[]) =>
      Promise.all(references.map(async (name) => [name, await horde.refusal(name)]));
    const unknown = ['none', nobody, 'a::b::c', 'hidden', 'collection::song', 'style::songs'];
    expect(await refusals(unknown)).toMatchObject(unknown.map((name) => [name, notFound]));
    const other = ['song', 'songs', songs, 'collection::songs'];
    expect(await refusals(other)).toMatchObject(other.map((name) => [name, mismatch]));
    expect((await horde.apply('Owner#1::hidden')).style.ownerId).toBe(1);
    expect((await horde.apply('songs', 'text')).input.prompt).toBe('a fox, song###blur');
  });

  it('finds a style of the kind before an older one of the other, and a style before a collection', async () => {
    const horde = await openApply();
    await horde.style('ink', {}, 'text');
    const image = await horde.style('ink', {}, 'image', horde.ada);
    await horde.collect('ink', [image]);
    expect((await horde.apply('ink')).style).toMatchObject({ id: image, collectionId: null });
    expect((await horde.apply('collection::ink')).style.collectionId).not.toBeNull();
  });
});

describe('a collection in a request', () => {
  it('gives the style that is drawn', async () => {
    const horde = await openApply();
    const ids = [await horde.style('a'), await horde.style('b'), await horde.style('c')];
    const collectionId = await horde.collect('all', ids);
    const given: string[] = [];
    for (const draw of [0, 0.34, 0.67, 0.999_999]) {
      horde.setDraw(draw);
      const { style } = await horde.apply('all');
      expect(style.collectionId).toBe(collectionId);
      given.push(style.id);
    }
    expect(given).toEqual([...ids, ids[2]]);
  });

  it('cannot be used when its styles are gone', async () => {
    const horde = await openApply();
    const id = await horde.style('ink');
    await horde.collect('drawn', [id]);
    await horde.call('DELETE', `/styles/image/${id}`);
    expect(await horde.refusal('drawn')).toMatchObject({ status: 400, rc: 'BadRequest' });
  });
});

describe('using a style', () => {
  it('counts for style and collection and pays its owner 2 kudos once a request', async () => {
    const horde = await openApply();
    const id = await horde.style('ink', {}, 'image', horde.ada);
    const collection = await horde.collect('drawn', [id]);
    const before = await horde.kudosOf(7);
    await horde.use(id, 'first', 1, collection);
    expect(await horde.kudosOf(7)).toBe(before + 200);
    await horde.use(id, 'second', 1);
    expect(await horde.kudosOf(7)).toBe(before + 400);
    expect((await horde.call('GET', `/styles/image/${id}`)).body.use_count).toBe(2);
    expect((await horde.call('GET', `/collections/${collection}`)).body.use_count).toBe(1);
  });

  it('pays nothing for the own style, nor for one that is gone', async () => {
    const horde = await openApply();
    const id = await horde.style('ink', {}, 'image', horde.ada);
    const before = await horde.kudosOf(7);
    await horde.use(id, 'own', 7);
    await horde.use(nobody, 'gone', 1);
    expect(await horde.kudosOf(7)).toBe(before);
    expect((await horde.call('GET', `/styles/image/${id}`)).body.use_count).toBe(1);
  });
});

describe('words that are not allowed', () => {
  it.each([
    { name: 'darn ink' },
    { info: 'A style of darn ink' },
    { tags: ['ink', 'darn'] },
    { models: ['darn'] },
  ])('refuse a style with %j, made or changed', async (extra) => {
    const horde = await openApply();
    const body = { name: 'ink', models: ['tiny'], ...extra };
    expect(await horde.rcOf('POST', '/styles/image', body)).toEqual([400, 'BadRequest']);
    const id = await horde.style('pen');
    expect(await horde.rcOf('PATCH', `/styles/image/${id}`, extra)).toEqual([400, 'BadRequest']);
    expect((await horde.call('GET', `/styles/image/${id}`)).body.name).toBe('pen');
  });
});
