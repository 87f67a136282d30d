import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { testDatabaseKind, testDatabaseUrl } from '#main/db/testing/open-test-database.ts';
import { run } from '#main/db/work.ts';
import { checkLedger, repairLedger, runLedgerCommand } from './index.ts';
import { placeHold } from '../holds.ts';
import { between, post } from '../ledger.ts';
import { settleJob } from '../settlements.ts';
import { createKudosService } from '../service.ts';
import { openBench, someTime } from '../testing/bench.ts';

let bench: Awaited<ReturnType<typeof openBench>>;

beforeEach(async () => {
  bench = await openBench();
  await bench.addUser({ id: 1, extraCents: 100_000 });
  await bench.addUser({ id: 2 });
});
afterEach(() => bench.close());

const settle = (jobId: string) =>
  bench.db.write(() =>
    settleJob(bench.db.query, {
      kind: 'image',
      jobId,
      requestId: 'request',
      requesterId: 1,
      workerOwnerId: 2,
      priceCents: 1100,
      rewardCents: 1000,
      now: someTime,
    }),
  );
const problems = async () => (await checkLedger(bench.db)).problems;
const setBalance = (userId: number, balance: number, kind: 'user' | 'escrow' = 'user') =>
  bench.db.write(() =>
    run(
      bench.db.query
        .updateTable('kudos_account')
        .set({ balance })
        .where('kind', '=', kind)
        .where('user_id', '=', userId),
    ),
  );
const repair = () => repairLedger(bench.db, { check: 'c1', now: someTime });
const accountOf = async (userId: number) =>
  (
    await bench.db.read
      .selectFrom('kudos_account')
      .select('id')
      .where('kind', '=', 'user')
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
  ).id;

describe('the audit', () => {
  it('finds nothing in books of more than a page', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, at) => settle(`job ${at}`)));
    const postings = await bench.db.read
      .selectFrom('kudos_posting')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirst();
    expect(postings?.n).toBeGreaterThan(500);
    expect(await problems()).toEqual([]);
  });

  it('is not disturbed by what moves meanwhile', async () => {
    await Promise.all(Array.from({ length: 150 }, (_, at) => settle(`job ${at}`)));
    const [found] = await Promise.all([
      problems(),
      ...Array.from({ length: 150 }, (_, at) => settle(`later ${at}`)),
    ]);
    expect(found).toEqual([]);
  });

  it('finds a cached balance that no posting explains, and rebuilds it', async () => {
    await settle('a');
    await setBalance(1, 7);
    expect(await problems()).toEqual([
      `account ${await accountOf(1)} says 7, its postings 101400`,
      expect.stringContaining('all accounts together have'),
    ]);
    expect(await repair()).toEqual({ ok: true, problems: [] });
    expect(await bench.balances()).toMatchObject({ '1': 101_400 });
  });

  it('finds a chain that was broken by work on a wrong balance, and goes on after a repair', async () => {
    await setBalance(1, 50_000);
    await settle('a');
    await settle('b');
    const found = await problems();
    expect(found.filter((problem) => problem.endsWith('breaks the chain of its account'))).toHaveLength(1);
    expect(await repair()).toEqual({ ok: true, problems: [] });
    await settle('c');
    expect(await problems()).toEqual([]);
    expect(await bench.balances()).toMatchObject({ '1': 102_500 - 3 * 1100 });
  });

  it('finds an account that its postings leave under its floor, and lifts it by a movement', async () => {
    await bench.db.write(() =>
      run(bench.db.query.updateTable('kudos_account').set({ floor: 3000 }).where('user_id', '=', 2)),
    );
    const account = await accountOf(2);
    expect(await problems()).toEqual([`account ${account} is under its floor`]);
    expect(await repair()).toEqual({ ok: true, problems: [] });
    expect(await bench.balances()).toMatchObject({ '2': 3000, repair: -500 });
    expect(await bench.eventKeys()).toContain(`repair:c1:${account}`);
  });

  it('finds an escrow under nothing', async () => {
    await settle('a');
    const drain = between('mint', { escrowOf: 2 }, -900);
    await bench.db.write(() =>
      post(bench.db.query, { key: 'x', type: 'RATING_REWARD', lines: drain, now: someTime }),
    );
    expect(await problems()).toEqual([expect.stringContaining('is under its floor')]);
    expect(await repair()).toEqual({ ok: true, problems: [] });
    expect(await bench.balances()).toMatchObject({ 'escrow 2': 0 });
  });

  it('finds an event whose lines do not sum to zero; a person has to look at that', async () => {
    const account = await accountOf(1);
    await bench.db.write(function* () {
      const { query } = bench.db;
      yield sql`insert into kudos_event (key, type, created, detail) values ('odd', 'AWARD', 1, '{"lines":[]}')`.compile(
        query,
      );
      yield sql`insert into kudos_posting (event_id, account_id, amount, balance_after)
        select id, ${account}, 5, 102505 from kudos_event where key = 'odd'`.compile(query);
      yield query.updateTable('kudos_account').set({ balance: 102_505 }).where('id', '=', account).compile();
    });
    expect(await problems()).toEqual([
      'odd sums to 5',
      'all accounts together have 5',
      'the total kudos:awarded of user 1 says 0, the ledger 5',
    ]);
    expect((await repair()).problems).toEqual(['odd sums to 5', 'all accounts together have 5']);
  });

  it('finds totals that do not say what the ledger says, and rebuilds them', async () => {
    await settle('a');
    await bench.db.write(() =>
      run(
        bench.db.query
          .updateTable('user_statistic')
          .set({ amount: 3 })
          .where('name', '=', 'kudos:accumulated'),
      ),
    );
    expect(await problems()).toEqual([
      'the total kudos:accumulated of user 1 says 3, the ledger -1100',
      'the total kudos:accumulated of user 2 says 3, the ledger 500',
    ]);
    expect(await repair()).toEqual({ ok: true, problems: [] });
  });

  it('finds a hold whose request is gone, and releases it', async () => {
    const hold = { requestId: 'gone', userId: 1, cents: 50, now: someTime };
    await bench.db.write(() => placeHold(bench.db.query, hold));
    expect(await problems()).toEqual(['upfront:gone outlives its request']);
    expect(await repair()).toEqual({ ok: true, problems: [] });
  });

  it('stops gifts while something is wrong, until a later audit finds it right', async () => {
    const kudos = createKudosService({ db: bench.db, clock: () => someTime });
    const send = () => kudos.transfer({ username: '2', amount: 1 }, { senderId: 1 });
    await setBalance(2, 2600);
    expect(await kudos.audit(someTime)).toMatchObject({ ok: false });
    await expect(send()).rejects.toMatchObject({ status: 400, rc: 'KudosValidationError' });
    await expect(settle('a')).resolves.toMatchObject({ rewardCents: 1000 });
    expect(await kudos.repair(someTime)).toEqual({ ok: true, problems: [] });
    await expect(send()).resolves.toBe(1);
  });
});

describe('the command', () => {
  const command = async (repairs: boolean) => {
    const lines: string[] = [];
    const isFile = testDatabaseKind === 'SQLite';
    const database = isFile ? bench.file : await testDatabaseUrl(bench.file);
    const code = await runLedgerCommand({
      database,
      repairs,
      now: someTime,
      print: (line) => lines.push(line),
    });
    return { code, lines };
  };

  it('prints the figures of the books and that they are right', async () => {
    await settle('a');
    const { code, lines } = await command(false);
    expect(code).toBe(0);
    expect(lines).toContain('3 movements');
    expect(lines).toContain('all users             1044.00');
    expect(lines.at(-1)).toBe('The books are right.');
  });

  it('says what is wrong, and repairs it when asked to', async () => {
    await setBalance(2, 1);
    const found = await command(false);
    expect([found.code, found.lines.at(-1)]).toEqual([1, '2 problems remain.']);
    expect(found.lines).toContain(`wrong: account ${await accountOf(2)} says 1, its postings 2500`);
    const repaired = await command(true);
    expect([repaired.code, repaired.lines.at(-1)]).toEqual([0, 'The books are right.']);
    expect((await command(false)).code).toBe(0);
  });
});
