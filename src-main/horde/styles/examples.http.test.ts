import { afterEach, describe, expect, it } from 'vitest';
import { communityFolder } from '../testing/open-community.ts';

const folders = communityFolder();
afterEach(folders.closeAll);

const nobody = '01234567-89ab-4cde-8f01-23456789abcd';

async function openExamples() {
  const horde = await folders.open();
  const make = async (name: string, kind = 'image'): Promise<string> =>
    (await horde.call('POST', `/styles/${kind}`, { name, models: ['tiny'] })).body.id;
  const id = await make('ink');
  const base = `/styles/image/${id}/example`;
  const add = async (url: string, primary = false): Promise<string> => {
    const { status, body } = await horde.call('POST', base, { url: `https://example.com/${url}`, primary });
    expect([status, body]).toEqual([200, { id: expect.any(String), message: 'OK', warnings: [] }]);
    return body.id;
  };
  /** The examples by the end of their links; the primary one has a star. */
  const shown = async (): Promise<string[]> => {
    const { examples } = (await horde.call('GET', `/styles/image/${id}`)).body;
    return examples.map(
      ({ url, primary }: { url: string; primary: boolean }) =>
        `${url.replace('https://example.com/', '')}${primary ? '*' : ''}`,
    );
  };
  return { ...horde, make, id, base, add, shown };
}

describe('examples of styles', () => {
  it('have exactly one primary one, whatever happens', async () => {
    const horde = await openExamples();
    const a = await horde.add('a');
    expect(await horde.shown()).toEqual(['a*']);
    const b = await horde.add('b', true);
    const c = await horde.add('c');
    expect(await horde.shown()).toEqual(['a', 'b*', 'c']);
    await horde.call('PATCH', `${horde.base}/${c}`, { primary: true });
    expect(await horde.shown()).toEqual(['a', 'b', 'c*']);
    await horde.call('PATCH', `${horde.base}/${c}`, { primary: true });
    await horde.call('PATCH', `${horde.base}/${a}`, { primary: false });
    expect(await horde.shown()).toEqual(['a', 'b', 'c*']);
    expect(await horde.rcOf('PATCH', `${horde.base}/${c}`, { primary: false })).toEqual([400, 'BadRequest']);
    expect((await horde.call('DELETE', `${horde.base}/${c}`)).body).toEqual({ message: 'OK' });
    expect(await horde.shown()).toEqual(['a*', 'b']);
    await horde.call('DELETE', `${horde.base}/${b}`);
    expect(await horde.shown()).toEqual(['a*']);
    await horde.call('DELETE', `${horde.base}/${a}`);
    expect(await horde.shown()).toEqual([]);
  });

  it('change in what is sent', async () => {
    const horde = await openExamples();
    const [a] = [await horde.add('a'), await horde.add('b')];
    const path = `${horde.base}/${a}`;
    expect((await horde.call('PATCH', path, { url: 'https://example.com/new' })).body).toEqual({
      id: a,
      message: 'OK',
      warnings: [],
    });
    expect(await horde.shown()).toEqual(['new*', 'b']);
    expect((await horde.call('PATCH', path, { url: 'https://example.com/new' })).status).toBe(200);
    const taken = { url: 'https://example.com/b' };
    expect(await horde.rcOf('PATCH', path, taken)).toEqual([400, 'ExampleURLAlreadyInUse']);
  });

  it('are at most four, with different https links', async () => {
    const horde = await openExamples();
    for (const url of ['a', 'b', 'c']) await horde.add(url);
    const post = (url: string) => horde.rcOf('POST', horde.base, { url, primary: false });
    expect(await post('http://example.com/d')).toEqual([400, 'BadRequest']);
    expect(await post('https://user:secret@example.com/d')).toEqual([400, 'BadRequest']);
    expect(await post('https://')).toEqual([400, 'BadRequest']);
    expect(await post('https://example.com/a')).toEqual([400, 'ExampleURLAlreadyInUse']);
    expect(await horde.rcOf('POST', horde.base, { url: 'https://example.com/d' })).toEqual([400, undefined]);
    await horde.add('d');
    expect(await post('https://example.com/e')).toEqual([403, 'TooManyStyleExamples']);
  });

  it('of another style are not there', async () => {
    const horde = await openExamples();
    const other = await horde.make('pen');
    const a = await horde.add('a');
    const wrong = `/styles/image/${other}/example/${a}`;
    const none = [404, 'Style exampleNotFound'];
    expect(await horde.rcOf('PATCH', wrong, { primary: true })).toEqual(none);
    expect(await horde.rcOf('DELETE', wrong)).toEqual(none);
    expect(await horde.rcOf('DELETE', `${horde.base}/none`)).toEqual(none);
    expect(await horde.rcOf('DELETE', `/styles/image/${nobody}/example/${a}`)).toEqual([
      404,
      'StyleNotFound',
    ]);
    expect(await horde.shown()).toEqual(['a*']);
  });

  it('are for owners and moderators, and for image styles', async () => {
    const horde = await openExamples();
    const ada = await horde.addUser({ id: 7, flags: { is_trusted: 1 } });
    const mod = await horde.addUser({ id: 8, flags: { is_moderator: 1 } });
    const text = await horde.make('song', 'text');
    const a = await horde.add('a');
    const example = { url: 'https://example.com/b', primary: false };
    expect(await horde.rcOf('POST', horde.base, example, { key: ada })).toEqual([403, 'Forbidden']);
    expect(await horde.rcOf('PATCH', `${horde.base}/${a}`, {}, { key: ada })).toEqual([403, 'Forbidden']);
    expect(await horde.rcOf('DELETE', `${horde.base}/${a}`, undefined, { key: ada })).toEqual([
      403,
      'Forbidden',
    ]);
    expect(await horde.rcOf('POST', horde.base, example, { key: 'wrong' })).toEqual([401, 'InvalidAPIKey']);
    expect(await horde.rcOf('POST', `/styles/image/${text}/example`, example)).toEqual([400, 'BadRequest']);
    expect(await horde.rcOf('POST', horde.base, example, { key: mod })).toEqual([200, undefined]);
    expect(await horde.auditLines()).toMatchObject([{ actor_id: 8, action: 'style.example.add' }]);
  });
});
