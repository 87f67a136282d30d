import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { hordeFolder, openHorde } from '../testing/open-horde.ts';
import { builtInFilters } from './baseline.ts';
import { createPromptsService } from './prompts.ts';
import { createFiltersService } from './service.ts';

const folder = hordeFolder();
let horde: Awaited<ReturnType<typeof folder.open>>;
let moderator: string;
let member: string;
const outside = '203.0.113.9';
// Stand-ins for the two contexts.
const fruit = { regex: String.raw`\bapples?\b`, filter_type: 10, replacement: 'fruit' };
const quince = { regex: String.raw`\bquince\b`, filter_type: 11 };
const tool = { regex: String.raw`\bhammers?\b`, filter_type: 20, description: 'tools' };

beforeEach(async () => {
  horde = await folder.open();
  moderator = await horde.addUser({ id: 10, flags: { is_moderator: 1 } });
  member = await horde.addUser({ id: 11 });
});
afterEach(() => folder.closeAll());

const put = (body: object, key = moderator) => horde.call('PUT', '/filters', body, { key });
const addAll = async () => {
  for (const filter of [fruit, quince, tool]) expect((await put(filter)).status).toBe(200);
};
const ask = (prompt: string, extra: object = {}, key = member) =>
  horde.ask({ prompt, replacement_filter: false, ...extra }, { key, from: outside });
const storedPrompts = async () => {
  const stored = await horde.db.read.selectFrom('horde_requests').select('shape').orderBy('seq').execute();
  return stored.map(({ shape }) => (JSON.parse(shape) as { prompt: string }).prompt);
};
const reports = () => horde.db.read.selectFrom('horde_prompt_reports').selectAll().execute();
const corrupt = { status: 400, body: { rc: 'CorruptPrompt' } };

describe('/filters', () => {
  it.each([
    ['GET', '/filters', undefined],
    ['PUT', '/filters', fruit],
    ['POST', '/filters', { prompt: 'x' }],
    ['GET', '/filters/regex', undefined],
    ['GET', '/filters/1', undefined],
    ['PATCH', '/filters/1000', { description: 'x' }],
    ['DELETE', '/filters/1000', undefined],
  ] as const)('%s %s is for moderators', async (method, path, body) => {
    expect(await horde.call(method, path, body, { key: member })).toMatchObject({
      status: 403,
      body: { rc: 'NotModerator' },
    });
    expect(await horde.call(method, path, body, { key: 'wrong' })).toMatchObject({
      status: 401,
      body: { rc: 'InvalidAPIKey' },
    });
    expect((await horde.call(method, path, body, { key: '' })).body).toHaveProperty('errors.apikey');
  });

  it('makes, shows, finds, changes and removes a filter, with a line in the log for each', async () => {
    const made = await put(fruit);
    const id = made.body.id as string;
    const shown = { id, ...fruit, user: 'user10#10' };
    expect(made).toMatchObject({ status: 200, body: shown });
    expect(made.body).not.toHaveProperty('description');
    expect((await put(fruit)).body).toEqual(shown);
    expect((await horde.call('GET', `/filters/${id}`)).body).toEqual(shown);
    expect((await horde.call('GET', '/filters?contains=apple')).body).toEqual([shown]);
    expect((await horde.call('GET', '/filters?filter_type=10')).body).toContainEqual(shown);
    expect((await horde.call('GET', '/filters?filter_type=20')).body).not.toContainEqual(shown);
    const change = { description: 'fruit', replacement: '' };
    expect((await horde.call('PATCH', `/filters/${id}`, change)).body).toEqual({
      ...shown,
      ...change,
      user: 'Owner#1',
    });
    expect((await horde.call('GET', '/filters?contains=fruit')).body).toHaveLength(1);
    expect((await horde.call('DELETE', `/filters/${id}`)).body).toEqual({ message: 'OK' });
    expect(await horde.call('GET', `/filters/${id}`)).toMatchObject({
      status: 404,
      body: { rc: 'FilterNotFound' },
    });
    const audit = await horde.db.read.selectFrom('horde_audit').selectAll().orderBy('id').execute();
    expect(audit.map(({ action, actor_id }) => [action, actor_id])).toEqual([
      ['filter.create', 10],
      ['filter.change', 1],
      ['filter.remove', 1],
    ]);
    expect(JSON.parse(audit[1]?.detail ?? '')).toMatchObject({
      before: { replacement: 'fruit' },
      after: change,
    });
  });

  it.each(['GET', 'PATCH', 'DELETE'] as const)('%s of no filter is 404', async (method) => {
    for (const id of ['999999', 'x', '-1', '1e3', '99999999999']) {
      const body = method === 'PATCH' ? { description: 'x' } : undefined;
      expect(await horde.call(method, `/filters/${id}`, body)).toMatchObject({
        status: 404,
        body: { rc: 'FilterNotFound' },
      });
    }
  });

  it.each([
    [{ ...fruit, regex: '(a+)+b' }, 'InvalidFilter'],
    [{ ...fruit, regex: '(' }, 'InvalidFilter'],
    [{ ...fruit, regex: 'a*' }, 'InvalidFilter'],
    [{ ...fruit, regex: String.raw`(a)\1` }, 'InvalidFilter'],
    [{ ...fruit, regex: 'x'.repeat(1001) }, undefined],
    [{ ...fruit, filter_type: 9 }, undefined],
    [{ ...fruit, filter_type: 30 }, undefined],
    [{ ...fruit, replacement: 'x'.repeat(256) }, undefined],
    [{ ...fruit, replacement: null }, undefined],
    [{ filter_type: 10 }, undefined],
    [{ regex: 'x' }, undefined],
  ])('refuses %j, and the others go on', async (body, rc) => {
    await put(tool);
    const answer = await put(body);
    expect([answer.status, answer.body.rc]).toEqual([400, rc]);
    expect(answer.body).toHaveProperty('errors');
    expect((await horde.call('POST', '/filters', { prompt: 'a hammer' })).body).toEqual({
      suspicion: '1',
      matches: ['hammer'],
    });
  });

  it('refuses a change to nothing, to what is invalid and to what there is already', async () => {
    const { id } = (await put(fruit)).body as { id: string };
    await put({ ...fruit, regex: 'pear' });
    const patch = (body: object) => horde.call('PATCH', `/filters/${id}`, body);
    expect((await patch({})).body.rc).toBe('NoFilterModSelected');
    expect((await patch({ regex: 'pear' })).body.rc).toBe('InvalidFilter');
    expect((await patch({ regex: '[' })).body.rc).toBe('InvalidFilter');
    expect((await patch({ filter_type: 5 })).status).toBe(400);
    expect((await horde.call('GET', `/filters/${id}`)).body).toMatchObject(fruit);
  });

  it('neither changes nor removes what is built in', async () => {
    const [built] = builtInFilters;
    const path = `/filters/${built?.id}`;
    for (const answer of [
      await horde.call('PATCH', path, { regex: 'nothing' }),
      await horde.call('DELETE', path),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { rc: 'Forbidden' } });
    }
    expect((await horde.call('GET', path)).body).toMatchObject({ regex: built?.regex, user: 'Yurt' });
    expect((await horde.call('GET', '/filters')).body).toHaveLength(builtInFilters.length);
    expect((await put({ regex: built?.regex, filter_type: built?.type })).body.id).toBe(String(built?.id));
  });

  it('shows all patterns of a type as one', async () => {
    await addAll();
    const all = (await horde.call('GET', '/filters/regex')).body as Array<{
      filter_type: number;
      regex: string;
    }>;
    expect(all.map((one) => one.filter_type)).toEqual([10, 11, 20]);
    for (const { regex } of all) expect(() => new RegExp(regex)).not.toThrow();
    const [tools] = (await horde.call('GET', '/filters/regex?filter_type=20')).body;
    expect(new RegExp(tools.regex, 'i').test('a Hammer')).toBe(true);
  });

  it('tests a prompt without any consequence', async () => {
    await addAll();
    const test = async (prompt: string, filter_type?: number) =>
      (
        await horde.call('POST', '/filters', {
          prompt,
          ...(filter_type === undefined ? {} : { filter_type }),
        })
      ).body;
    expect(await test('a house')).toEqual({ suspicion: '0', matches: [] });
    expect(await test('Ápples, a quince and a hammer')).toEqual({
      suspicion: '2',
      matches: ['Apples', 'quince', 'hammer'],
    });
    expect(await test('apple hammer', 20)).toEqual({ suspicion: '1', matches: ['hammer'] });
    expect(await reports()).toEqual([]);
  });

  it('keeps its filters over a restart', async () => {
    await addAll();
    const again = await openHorde({ folder: horde.folder, clock: horde.clock, key: horde.ownerKey });
    expect((await again.call('POST', '/filters', { prompt: 'apple hammer' })).body.suspicion).toBe('2');
    await again.close();
  });
});

describe('a prompt', () => {
  it('with one context alone is served as it is', async () => {
    await addAll();
    expect((await ask('an apple ### hammer')).status).toBe(202);
    expect((await ask('A hammer!')).status).toBe(202);
    expect(await storedPrompts()).toEqual(['an apple ### hammer', 'A hammer!']);
  });

  it('with both is rejected, reported and remembered, without a word of what matched', async () => {
    await addAll();
    const answer = await ask('An Ápple and a h-a-m-m-e-r', { params: { n: 1 } });
    expect(answer).toMatchObject(corrupt);
    expect(answer.body.message.toLowerCase()).not.toMatch(/apple|hammer|\d/);
    expect(await reports()).toMatchObject([
      { user_id: 11, ip: outside, prompt: 'An Apple and a hammer', filter_ids: '[1003,1001]' },
    ]);
    expect((await horde.call('GET', '/users/11')).body.suspicious).toBe(1);
    expect((await ask('a house')).body).toMatchObject({
      rc: 'TimeoutIP',
      message: expect.stringContaining('180 '),
    });
    horde.clock.now += 181_000;
    expect(await ask('apple hammer')).toMatchObject(corrupt);
    expect((await ask('a house')).body.message).toContain('540 ');
    expect((await horde.call('GET', '/users/11')).body.suspicious).toBe(1);
  });

  it('is rejected in a dry run as well', async () => {
    await addAll();
    expect(await ask('apple hammer', { dry_run: true })).toMatchObject(corrupt);
  });

  it('of a moderator is rejected and held against nobody', async () => {
    await addAll();
    expect(await ask('apple hammer', {}, moderator)).toMatchObject(corrupt);
    expect(await reports()).toEqual([]);
    expect((await ask('a house')).status).toBe(202);
  });

  it('from this computer is held against the account, and its workers go on', async () => {
    await addAll();
    expect(
      await horde.ask({ prompt: 'apple hammer', replacement_filter: false }, { key: member }),
    ).toMatchObject(corrupt);
    expect((await horde.ask({}, { key: member })).body.rc).toBe('TimeoutIP');
    expect((await horde.ask()).status).toBe(202);
    expect((await horde.pop({ name: 'Local worker' }, { key: member })).ids).toHaveLength(1);
  });

  it('is rewritten where that is wanted, and the requester is told', async () => {
    await addAll();
    const answer = await ask('(apples:1.2), a hammer ### blurry', { replacement_filter: true });
    expect(answer).toMatchObject({
      status: 202,
      body: { warnings: expect.arrayContaining([expect.objectContaining({ code: 'PromptReplaced' })]) },
    });
    const [prompt] = await storedPrompts();
    expect(prompt).toMatch(/^fruit a hammer###.*child.*, blurry$/);
    expect(await reports()).toEqual([]);
    expect(await ask('a quince and a hammer', { replacement_filter: true })).toMatchObject(corrupt);
  });

  it('too long to be rewritten is refused without blame', async () => {
    await addAll();
    const answer = await ask(`apple hammer ${'x '.repeat(3_500)}`, { replacement_filter: true });
    expect(answer).toMatchObject({ status: 400, body: { rc: 'BadRequest' } });
    expect(await reports()).toEqual([]);
  });

  it('of an education account is always rewritten', async () => {
    await addAll();
    const school = await horde.addUser({ id: 12, flags: { is_education: 1 } });
    expect((await ask('apple hammer', {}, school)).status).toBe(202);
  });

  it('of a flagged account is always rewritten, and it is not told', async () => {
    const flagged = await horde.addUser({ id: 13, flags: { is_flagged: 1 } });
    const answer = await ask('A house.', {}, flagged);
    expect(JSON.stringify(answer.body)).not.toContain('PromptReplaced');
    expect(await storedPrompts()).toEqual([expect.stringMatching(/^A house###/)]);
    expect(await ask('...', {}, flagged)).toMatchObject(corrupt);
    expect(await reports()).toEqual([]);
  });

  it('is judged by the built-in filters alone where there are no others', async () => {
    expect(await ask('nude teenager')).toMatchObject(corrupt);
    expect((await reports()).map((report) => report.prompt)).toEqual(['nude teenager']);
  });

  it('loses its report after 30 days, and its address after a week', async () => {
    await ask('nude teenager');
    const day = 24 * 3_600_000;
    await horde.moderation.sweep(horde.clock.now + 8 * day);
    expect(await reports()).toMatchObject([{ ip: null, user_id: 11 }]);
    await horde.moderation.sweep(horde.clock.now + 31 * day);
    expect(await reports()).toEqual([]);
  });

  it('that cannot be checked in time is refused without blame', async () => {
    const prompts = createPromptsService({
      db: horde.db,
      clock: () => horde.clock.now,
      filters: { judge: () => Promise.resolve(undefined) },
      addresses: horde.moderation.addresses,
    });
    const user = { id: 11, isModerator: false, isFlagged: false };
    const asked = {
      prompt: 'x',
      kind: 'image',
      user,
      wantsReplacement: true,
      isEducation: false,
      models: [],
      ip: outside,
      clientAgent: '',
    } as const;
    await expect(prompts.examine(asked)).rejects.toMatchObject({ status: 400, rc: 'CorruptPrompt' });
    expect(await reports()).toEqual([]);
    expect(horde.moderation.addresses.isTimedOut(outside)).toBe(false);
  });
});

describe('a filter whose time ran out', () => {
  it('is taken out of use, its prompt is refused and the moderators are told', async () => {
    await put(fruit);
    const { id } = (await put(tool)).body as { id: string };
    const filters = createFiltersService({
      db: horde.db,
      users: { byIds: () => Promise.resolve(new Map()) },
      clock: () => horde.clock.now,
      thread: new URL('testing/hanging-thread.ts', import.meta.url),
      budgetMs: 250,
    });
    await filters.load();
    const judge = (prompt: string) =>
      filters.judge(
        { prompt, kind: 'image', mayRewrite: false, mustRewrite: false, isMature: false, isScored: true },
        'none',
      );
    // The index of the second own filter, behind the built-in ones.
    const [hung, served] = await Promise.all([judge(`hang ${builtInFilters.length + 1}`), judge('a')]);
    expect([hung, served?.kind]).toEqual([undefined, 'rewritten']);
    await expect
      .poll(() => horde.moderation.suspicion.notices(5))
      .toMatchObject([
        { kind: 'filter-disabled', subject: id, detail: JSON.stringify({ regex: tool.regex }) },
      ]);
    const stored = await horde.db.read.selectFrom('horde_filters').selectAll().orderBy('id').execute();
    expect(stored.map((filter) => filter.is_enabled)).toEqual([1, 0]);
    expect(filters.joined(20)[0]?.regex).not.toContain('hammer');
    await filters.close();
  });

  it('takes no part until a moderator changes it', async () => {
    const { id } = (await put(tool)).body as { id: string };
    await horde.db.write(() => run(horde.db.query.updateTable('horde_filters').set({ is_enabled: 0 })));
    await horde.moderation.filters.load();
    const suspicion = async () =>
      (await horde.call('POST', '/filters', { prompt: 'hammer' })).body.suspicion as string;
    expect(await suspicion()).toBe('0');
    expect((await horde.call('GET', `/filters/${id}`)).status).toBe(200);
    await horde.call('PATCH', `/filters/${id}`, { description: 'tools again' });
    expect(await suspicion()).toBe('1');
  });
});
