import { afterEach, describe, expect, it } from 'vitest';
import { communityFolder } from '../testing/open-community.ts';
import { documentNames } from '#shared/horde/documents/schema.ts';

const folders = communityFolder();
afterEach(folders.closeAll);

const dayMs = 86_400_000;
const item = {
  date_published: '2027-01-10',
  newspiece: 'We *grow*.',
  importance: 'Information' as const,
  tags: ['growth'],
  title: 'More workers',
  more_info_urls: ['https://example.com'],
};

describe('documents', () => {
  it.each(documentNames)('%s come in the one format that is asked for', async (name) => {
    const horde = await folders.open();
    const markdown = '# Ours\n\n<script>alert(1)</script>';
    await horde.community.documents.publish(name, { markdown }, await horde.userOf(1));
    const read = async (query: string) =>
      (await horde.call('GET', `/documents/${name}${query}`, undefined, { key: '' })).body;
    const html = '<h1>Ours</h1>\n<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n';
    expect(await read('')).toEqual({ html });
    expect(await read('?format=html')).toEqual({ html });
    expect(await read('?format=markdown')).toEqual({ markdown });
    expect(await horde.rcOf('GET', `/documents/${name}?format=pdf`)).toEqual([400, 'BadRequest']);
  });

  it('say something before the host has written anything, of sponsors nothing', async () => {
    const horde = await folders.open();
    const read = async (name: string) => (await horde.call('GET', `/documents/${name}`)).body.html;
    expect(await read('terms')).toContain('<h1>Terms of use</h1>');
    expect(await read('privacy')).toContain('<h1>Privacy</h1>');
    expect(await read('sponsors')).toBe('');
  });

  it('are written by admins, in versions', async () => {
    const horde = await folders.open();
    await horde.addUser({ id: 8, flags: { is_moderator: 1 } });
    const { documents } = horde.community;
    const publish = async (markdown: string, by = 1) =>
      documents.publish('terms', { markdown }, await horde.userOf(by));
    await expect(publish('mine', 8)).rejects.toMatchObject({ status: 403, rc: 'NotAdmin' });
    await expect(publish('x'.repeat(100_001))).rejects.toMatchObject({ status: 400 });
    await expect(publish('a\0b')).rejects.toMatchObject({ status: 400 });
    expect((await documents.current('terms')).version).toBe(0);
    expect((await publish('first')).version).toBe(1);
    expect((await publish('second')).version).toBe(2);
    horde.clock.now += 10_000;
    expect(await documents.current('terms')).toMatchObject({ version: 2, markdown: 'second' });
    expect(await documents.html('terms')).toBe('<p>second</p>\n');
    expect(await horde.auditLines()).toMatchObject([
      { action: 'document.publish', actor_id: 1 },
      { action: 'document.publish', actor_id: 1 },
    ]);
  });

  it('that must be accepted refuse after seven days who has not, and a later version does not undo that', async () => {
    const horde = await folders.open();
    const { documents } = horde.community;
    const owner = await horde.userOf(1);
    const refusal = async (termsVersion: string | undefined, isAnonymous = false) => {
      const refused: unknown = await documents
        .refuseUnaccepted({ isAnonymous, termsVersion })
        .catch((error: unknown) => error);
      return refused;
    };
    const refused = { status: 403, rc: 'TermsNotAccepted' };
    expect(await documents.termsVersion()).toBeUndefined();
    await documents.publish('terms', { markdown: 'one' }, owner);
    expect(await documents.termsVersion()).toBeUndefined();
    await documents.publish('terms', { markdown: 'two', mustAccept: true }, owner);
    expect(await documents.termsVersion()).toBe('2');
    horde.clock.now += 7 * dayMs - 1;
    expect(await refusal(undefined)).toBeUndefined();
    horde.clock.now += 1;
    expect(await refusal(undefined)).toMatchObject(refused);
    expect(await refusal('1')).toMatchObject(refused);
    expect(await refusal('2')).toBeUndefined();
    expect(await refusal(undefined, true)).toBeUndefined();
    await documents.publish('terms', { markdown: 'three' }, owner);
    expect(await refusal('1')).toMatchObject(refused);
    expect(await refusal('2')).toBeUndefined();
    await documents.publish('privacy', { markdown: 'p', mustAccept: true }, owner);
    expect(await documents.termsVersion()).toBe('2');
  });
});

describe('news', () => {
  it('are none at first, then the newest first', async () => {
    const horde = await folders.open();
    const { news } = horde.community;
    const owner = await horde.userOf(1);
    const read = async () => (await horde.call('GET', '/status/news', undefined, { key: '' })).body;
    expect(await read()).toEqual([]);
    await news.publish(item, owner);
    horde.clock.now += 1;
    const second = { ...item, title: null, tags: [], more_info_urls: [], importance: 'Crisis' as const };
    const id = await news.publish(second, owner);
    await news.publish({ ...item, date_published: '2026-12-31', title: 'Old' }, owner);
    expect(await read()).toEqual([second, item, { ...item, date_published: '2026-12-31', title: 'Old' }]);
    await news.remove(id, owner);
    expect(await read()).toMatchObject([{ title: 'More workers' }, { title: 'Old' }]);
    expect((await news.list())[0]?.id).toEqual(expect.any(String));
    await expect(news.remove(id, owner)).rejects.toMatchObject({ status: 404 });
  });

  it('are written by moderators, as the API shows them', async () => {
    const horde = await folders.open();
    await horde.addUser({ id: 7, flags: { is_trusted: 1 } });
    await horde.addUser({ id: 8, flags: { is_moderator: 1 } });
    const { news } = horde.community;
    const [ada, mod] = [await horde.userOf(7), await horde.userOf(8)];
    await expect(news.publish(item, ada)).rejects.toMatchObject({ status: 403, rc: 'NotModerator' });
    for (const wrong of [
      { date_published: 'soon' },
      { date_published: '2027-13-40' },
      { newspiece: '' },
      { more_info_urls: ['javascript:alert(1)'] },
    ]) {
      await expect(news.publish({ ...item, ...wrong }, mod)).rejects.toMatchObject({ status: 400 });
    }
    const id = await news.publish(item, mod);
    await expect(news.remove(id, ada)).rejects.toMatchObject({ status: 403 });
    expect(await horde.auditLines()).toMatchObject([{ actor_id: 8, action: 'news.publish' }]);
  });
});
