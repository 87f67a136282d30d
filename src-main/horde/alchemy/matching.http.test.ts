import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '#main/db/work.ts';
import { type AlchemyForm, alchemyForms } from '#shared/horde/alchemy/forms.ts';
import { canDoForm, type MatchingAlchemist, type WaitingForm } from '#shared/horde/alchemy/rules.ts';
import { findCandidates } from './candidates.ts';
import { type AlchemyHorde, alchemyHordes, onlyForm, picture } from './testing/open-alchemy.ts';

const hordes = alchemyHordes();
afterEach(() => hordes.closeAll());

const source = (width: number, height: number) => ({
  source_image: picture(width, height).toString('base64'),
});
const asked = async (answer: ReturnType<AlchemyHorde['ask']>): Promise<string> => (await answer).body.id;
/** From which requests the forms of a pop are, in its order. */
const requestsOf = async (horde: AlchemyHorde, popped: { body: { forms: Array<{ id: string }> | null } }) => {
  const rows = await horde.db.read.selectFrom('horde_alchemy_forms').select(['id', 'request_id']).execute();
  return (popped.body.forms ?? []).map((form) => rows.find((row) => row.id === form.id)?.request_id);
};

describe('the order in which forms are handed out', () => {
  it('goes by kudos, then by age; the owner and prioritised users go before everybody', async () => {
    const horde = await hordes.open();
    const poor = await horde.addUser({ id: 5, kudos: 10 });
    const rich = await horde.addUser({ id: 6, kudos: 500 });
    const friend = await horde.addUser({ id: 7, kudos: 20 });
    const flagged = await horde.addUser({ id: 8, kudos: 5, flags: { is_flagged: 1 } });
    const alchemist = await horde.addUser({ id: 9, kudos: 1, flags: { is_trusted: 1 } });
    const ids = {
      flagged: await asked(horde.ask(['caption'], {}, flagged)),
      poor: await asked(horde.ask(['caption'], {}, poor)),
      rich: await asked(horde.ask(['nsfw'], {}, rich)),
      richLater: await asked(horde.ask(['caption'], {}, rich)),
      friend: await asked(horde.ask(['caption'], {}, friend)),
      own: await asked(horde.ask(['nsfw'], {}, alchemist)),
    };
    const pop = { forms: ['caption', 'nsfw'], amount: 100, priority_usernames: ['friend#7', 'x#y'] };
    expect(await requestsOf(horde, await horde.pop(pop, alchemist))).toEqual([
      ids.own,
      ids.friend,
      ids.rich,
      ids.richLater,
      ids.poor,
      ids.flagged,
    ]);
  });

  it('lets no number of a friend’s forms stand before the owner’s', async () => {
    const horde = await hordes.open();
    const friend = await horde.addUser({ id: 7, kudos: 5000 });
    const alchemist = await horde.addUser({ id: 9, kudos: 1 });
    for (let n = 0; n < 12; n += 1) await horde.ask(alchemyForms, {}, friend);
    const own = await asked(horde.ask(['nsfw'], {}, alchemist));
    const pop = { forms: alchemyForms, amount: 2, priority_usernames: ['friend#7'] };
    const [first, second] = await requestsOf(horde, await horde.pop(pop, alchemist));
    expect(first).toBe(own);
    expect(second).not.toBe(own);
  });

  it('hands out no more than was asked for, and each form once', async () => {
    const horde = await hordes.open();
    for (let n = 0; n < 4; n += 1) await horde.ask(['caption', 'nsfw']);
    const forms = ['caption', 'nsfw'];
    const pops = await Promise.all(
      ['A', 'B', 'C', 'D', 'E'].map((name) => horde.pop({ name, forms, amount: 2 })),
    );
    const taken = pops.flatMap((popped) => (popped.body.forms ?? []).map((form: { id: string }) => form.id));
    expect(pops.every((popped) => popped.body.forms === null || popped.body.forms.length <= 2)).toBe(true);
    expect(new Set(taken).size).toBe(taken.length);
    const rest = await horde.pop({ forms, amount: 10 });
    expect(taken.length + (rest.body.forms ?? []).length).toBe(8);
  });
});

describe('what a worker is not handed', () => {
  it('gets nothing that it does not offer, that is too large, too slow for it or not for its trust', async () => {
    const horde = await hordes.open();
    const untrusted = await horde.addUser({ id: 9 });
    await horde.ask(['nsfw']);
    expect((await horde.pop()).body).toEqual({ forms: null, skipped: {} });
    expect((await horde.pop({ forms: [] })).body.forms).toBeNull();
    await horde.ask(['caption'], source(1025, 512));
    expect((await horde.pop({ max_tiles: 2 })).body.forms).toBeNull();
    await horde.ask(['palette'], { trusted_workers: true });
    expect((await horde.pop({ name: 'Stranger', forms: ['palette'] }, untrusted)).body).toEqual({
      forms: null,
      skipped: { untrusted: 1 },
    });
    expect((await horde.pop({ name: 'Mine', forms: ['palette'] })).body.forms).toHaveLength(1);
    expect((await horde.pop({ max_tiles: 3 })).body.forms).toHaveLength(1);

    // Twenty seconds a form are slow.
    await horde.ask(['caption']);
    const slow = onlyForm(await horde.pop({ name: 'Slow' }, untrusted));
    horde.clock.now += 20_000;
    await horde.submit(slow.id, { caption: 'a cat' }, {}, untrusted);
    await horde.ask(['caption'], { slow_workers: false });
    expect((await horde.pop({ name: 'Slow' }, untrusted)).body.forms).toBeNull();
    expect((await horde.pop({ name: 'Quick' }, untrusted)).body.forms).toHaveLength(1);
  });

  it('serves its owner alone in maintenance, and says why there is nothing', async () => {
    const horde = await hordes.open();
    const alchemist = await horde.addUser({ id: 9 });
    await horde.pop({}, alchemist);
    const [worker] = (await horde.call('GET', '/workers?type=interrogation')).body;
    const change = { maintenance: true, maintenance_msg: 'Back at noon.' };
    await horde.call('PUT', `/workers/${worker.id}`, change, { key: alchemist });
    await horde.ask(['caption']);
    expect(await horde.pop({}, alchemist)).toMatchObject({
      status: 403,
      body: { rc: 'WorkerMaintenance', message: expect.stringMatching(/maintenance mode.*Back at noon/) },
    });
    await horde.ask(['caption'], {}, alchemist);
    const own = onlyForm(await horde.pop({}, alchemist));
    await horde.submit(own.id, { caption: 'a cat' }, {}, alchemist);
    expect((await horde.submit(own.id, { caption: 'a dog' }, {}, alchemist)).body).toEqual({ reward: 0 });
    await horde.balances();
  });

  it('keeps its row while forms refer to it', async () => {
    const horde = await hordes.open();
    await horde.ask(['caption']);
    await horde.pop();
    const [worker] = (await horde.call('GET', '/workers?type=interrogation')).body;
    expect((await horde.call('DELETE', `/workers/${worker.id}`)).body.rc).toBe('Locked');
    horde.clock.now += 21 * 60_000;
    await horde.horde.sweep();
    expect((await horde.call('DELETE', `/workers/${worker.id}`)).status).toBe(200);
  });
});

describe('what finds forms', () => {
  const name = fc.constantFrom(...alchemyForms.slice(0, 4));
  const form = fc.record<WaitingForm & { priority: number }>({
    name,
    userId: fc.constantFrom(5, 6, 9),
    tiles: fc.integer({ min: 1, max: 4 }),
    slowWorkers: fc.boolean(),
    needsTrust: fc.boolean(),
    priority: fc.integer({ min: -2, max: 2 }),
  });
  const worker = fc.record({
    forms: fc.uniqueArray(name, { minLength: 1 }),
    maxTiles: fc.integer({ min: 1, max: 4 }),
    isOwnerTrusted: fc.boolean(),
    isInMaintenance: fc.boolean(),
    isPaused: fc.boolean(),
    isSlow: fc.boolean(),
    friends: fc.subarray([5, 6]),
    amount: fc.integer({ min: 1, max: 5 }),
  });

  it('agrees with the rules and with a plain sort', async () => {
    const horde = await hordes.open();
    await fc.assert(
      fc.asyncProperty(fc.array(form, { maxLength: 25 }), worker, async (forms, offer) => {
        const seqs = await fill(horde, forms);
        const { forms: names, maxTiles, friends, amount, ...state } = offer;
        const profile = { forms: names, maxTiles, threads: 1, bridgeAgent: 'a:1:b' };
        const alchemist: MatchingAlchemist = { id: 'w', ownerId: 9, ...state, profile };
        const wanted = { worker: alchemist, forms: names, prioritised: friends, amount, now: 0 };
        const found = await findCandidates(horde.db, wanted);
        const rank = [9, ...friends];
        const expected = forms
          .map((it, at) => ({ ...it, seq: seqs[at] ?? 0 }))
          .filter((it) => canDoForm(alchemist, it))
          .toSorted(
            (a, b) => placeOf(rank, a) - placeOf(rank, b) || b.priority - a.priority || a.seq - b.seq,
          );
        expect(found.slice(0, amount).map((it) => it.seq)).toEqual(
          expected.slice(0, amount).map((it) => it.seq),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('stays fast with 10,000 forms that wait, whether or not the worker may have them', async () => {
    const horde = await hordes.open();
    const many = Array.from({ length: 10_000 }, (_, n): WaitingForm & { priority: number } => ({
      name: alchemyForms[n % 4] ?? 'caption',
      userId: 5 + (n % 2),
      tiles: 3,
      slowWorkers: true,
      needsTrust: false,
      priority: n % 100,
    }));
    await fill(horde, many);
    const find = async (maxTiles: number): Promise<{ ms: number; count: number }> => {
      const profile = { forms: [...alchemyForms], maxTiles, threads: 1, bridgeAgent: 'a:1:b' };
      const state = { isOwnerTrusted: true, isInMaintenance: false, isPaused: false, isSlow: false };
      const alchemist: MatchingAlchemist = { id: 'w', ownerId: 9, ...state, profile };
      const wanted = { worker: alchemist, forms: alchemyForms, prioritised: [], amount: 1, now: 0 };
      const times: number[] = [];
      let count = 0;
      for (let round = 0; round < 21; round += 1) {
        const start = process.cpuUsage();
        count = (await findCandidates(horde.db, wanted)).length;
        const used = process.cpuUsage(start);
        times.push((used.user + used.system) / 1000);
      }
      return { ms: times.toSorted((a, b) => a - b)[10] ?? 0, count };
    };
    const fitting = await find(80);
    expect(fitting.count).toBeGreaterThanOrEqual(4);
    expect(fitting.ms).toBeLessThan(10);
    const tooLarge = await find(2);
    expect(tooLarge.count).toBe(0);
    expect(tooLarge.ms).toBeLessThan(20);
  });
});

function placeOf(rank: readonly number[], { userId }: { userId: number }): number {
  return rank.includes(userId) ? rank.indexOf(userId) : rank.length;
}

/** Puts forms in the place of all that were there. @returns their places in the queue */
async function fill(
  horde: AlchemyHorde,
  forms: ReadonlyArray<WaitingForm & { readonly priority: number }>,
): Promise<number[]> {
  const common = {
    request_id: 'r',
    state: 'waiting' as const,
    payload: null,
    reward_cents: 100,
    failures: 0,
    worker_id: null,
    worker_owner_id: null,
    worker_name: null,
    started: null,
    deadline: null,
    digest: null,
    result: null,
    has_picture: 0,
  };
  const request = { id: 'r', user_id: 5, width: 1, height: 1, slow_workers: 1, client_agent: '', ip: '' };
  const { query } = horde.db;
  await horde.db.write(function* () {
    yield* run(query.deleteFrom('horde_alchemy_requests'));
    const times = { webhook: null, created: 0, expiry: 1 };
    yield* run(query.insertInto('horde_alchemy_requests').values({ ...request, ...times }));
    for (const [at, form] of forms.entries()) {
      const flags = { slow_workers: form.slowWorkers ? 1 : 0, needs_trust: form.needsTrust ? 1 : 0 };
      const { priority, tiles, userId: user_id } = form;
      const name: AlchemyForm = form.name;
      const row = { ...common, ...flags, id: `f${at}`, name, user_id, priority, tiles };
      yield* run(query.insertInto('horde_alchemy_forms').values(row));
    }
  });
  const stored = await horde.db.read.selectFrom('horde_alchemy_forms').select('seq').orderBy('seq').execute();
  return stored.map((row) => row.seq);
}
