import { afterEach, describe, expect, it } from 'vitest';
import { hordeFolder, type TestHorde } from '../testing/open-horde.ts';
import { mergeStats, recordStat } from './units.ts';

const hordes = hordeFolder();
afterEach(() => hordes.closeAll());

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const get = async (horde: TestHorde, path: string) => (await horde.call('GET', `/stats/${path}`)).body;
const none = { images: 0, ps: 0 };

async function makePicture(horde: TestHorde): Promise<void> {
  await horde.ask();
  const job = await horde.pop();
  await horde.submit(job.id);
}
async function makeText(horde: TestHorde): Promise<void> {
  await horde.askText();
  const job = await horde.popText();
  await horde.submitText(job.id, { generation: 'x'.repeat(200) });
}

describe('statistics', () => {
  it('are empty before anything was made', async () => {
    const horde = await hordes.open();
    expect(await get(horde, 'img/totals')).toEqual({
      minute: none,
      hour: none,
      day: none,
      month: none,
      total: none,
    });
    expect(await get(horde, 'text/models')).toEqual({ day: {}, month: {}, total: {} });
  });

  it('count pictures and texts by period, over restarts of the periods', async () => {
    const horde = await hordes.open();
    const { clock } = horde;
    const one = { images: 1, ps: 512 * 512 * 30 };
    const both = { images: 2, ps: 2 * 512 * 512 * 30 };
    await makePicture(horde);
    clock.now += 40 * day;
    await horde.sweep();
    await makePicture(horde);
    await makeText(horde);
    expect(await get(horde, 'img/totals')).toEqual({
      minute: one,
      hour: one,
      day: one,
      month: one,
      total: both,
    });
    const text = { requests: 1, tokens: 50 };
    expect(await get(horde, 'text/totals')).toMatchObject({ minute: text, total: text });
    // Answers are kept for 50 seconds.
    await makeText(horde);
    expect(await get(horde, 'text/totals')).toMatchObject({ minute: text });
    clock.now += 2 * minute;
    expect(await get(horde, 'text/totals')).toMatchObject({
      minute: { requests: 0, tokens: 0 },
      hour: { requests: 2, tokens: 100 },
    });
  });

  it('show models by whether they are known', async () => {
    const horde = await hordes.open();
    await makePicture(horde);
    await makeText(horde);
    const tiny = { day: { tiny: 1 }, month: { tiny: 1 }, total: { tiny: 1 } };
    const nothing = { day: {}, month: {}, total: {} };
    expect(await get(horde, 'img/models')).toEqual(nothing);
    expect(await get(horde, 'img/models?model_state=custom')).toEqual(tiny);
    expect(await get(horde, 'img/models?model_state=all')).toEqual(tiny);
    expect(await get(horde, 'img/models?model_state=x')).toMatchObject({ rc: 'BadRequest' });
    expect(await get(horde, 'text/models')).toMatchObject({ total: { 'tiny-13B': 1 } });
  });

  it('are merged when they are old, as often as one likes, and lose nothing', async () => {
    const { db } = await hordes.open();
    // 08:00 in the morning, in UTC.
    const now = 1_800_000_000_000;
    const recent = [minute, 90 * minute, 5 * hour + minute, 5 * hour + 2 * minute, 26 * hour];
    const ages = [...recent, 3 * day, 3 * day + hour, 50 * day, 90 * day];
    for (const age of ages) {
      const job = { type: 'image', model: 'tiny', things: 10, now: now - age } as const;
      await db.write(() => recordStat(db.query, job));
    }
    const read = () => db.read.selectFrom('horde_stats').selectAll().orderBy('start').execute();
    await db.write(() => mergeStats(db.query, now));
    const merged = await read();
    expect(merged.reduce((sum, it) => sum + it.jobs, 0)).toBe(ages.length);
    expect(merged.reduce((sum, it) => sum + it.things, 0)).toBe(10 * ages.length);
    expect(merged[0]).toMatchObject({ start: 0, jobs: 2 });
    expect(merged.map(({ jobs }) => jobs)).toEqual([2, 2, 1, 2, 1, 1]);
    await db.write(() => mergeStats(db.query, now));
    expect(await read()).toEqual(merged);
  });
});
