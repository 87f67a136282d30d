import { expect } from 'vitest';
import type { RequestType } from '#main/db/tables/horde-work.ts';
import { statusOf } from './requester.ts';
import type { Town } from './town.ts';

/**
 * What holds of a horde at every moment between two calls: P1 to P7 and P15 of `kudos.md` 4.3 by its audit, every
 * cent by the books, and `queue.md` 9.8.
 */
export async function expectSound(town: Town): Promise<void> {
  await town.expectBooks();
  await expectPaidOnce(town);
  await expectSlots(town);
  for (const type of ['image', 'text'] as const) await expectQueue(town, type);
  await expectStates(town);
}

/** Each accepted result, and each form that ran when it was cancelled, has one settlement; nothing else has. */
async function expectPaidOnce(town: Town): Promise<void> {
  const { read } = town.horde.db;
  const events = await read
    .selectFrom('kudos_event')
    .select('key')
    .where('type', '=', 'GENERATION')
    .execute();
  expect(events.map(({ key }) => key).toSorted()).toEqual(
    [...town.paid].map((id) => `settle:${id}`).toSorted(),
  );
}

/** No slot is in two hands, none is made twice, none is tried more than three times, and none is made up. */
async function expectSlots(town: Town): Promise<void> {
  const { read } = town.horde.db;
  const jobs = await read.selectFrom('horde_jobs').selectAll().execute();
  const requests = await read.selectFrom('horde_requests').selectAll().execute();
  const slots = Map.groupBy(jobs, (job) => `${job.request_id}/${job.slot}`);
  for (const tries of slots.values()) {
    const alive = tries.filter(({ state }) => state === 'processing' || state === 'completed');
    expect(alive.length).toBeLessThanOrEqual(1);
    const attempts = tries.map(({ attempt }) => attempt).toSorted((a, b) => a - b);
    expect(attempts).toEqual(tries.map((_, at) => at + 1));
    expect(tries.length).toBeLessThanOrEqual(3);
  }
  for (const { id, open_slots: open, asked, next_slot: next, is_cancelled: isCancelled } of requests) {
    const own = jobs.filter((job) => job.request_id === id);
    const alive = own.filter(({ state }) => state === 'processing' || state === 'completed').length;
    expect(open).toBeGreaterThanOrEqual(0);
    // What still runs of a cancelled request may yet be delivered.
    if (isCancelled === 1) expect(open).toBe(0);
    else expect(open + alive).toBeLessThanOrEqual(asked);
    expect(new Set(own.map(({ slot }) => slot)).size).toBe(next);
  }
}

/** What waits and runs in memory is what waits and runs in the database. */
async function expectQueue(town: Town, type: RequestType): Promise<void> {
  const { db, queues } = town.horde;
  const waiting = await db.read
    .selectFrom('horde_requests')
    .select(['id', 'user_id', 'open_slots'])
    .where('type', '=', type)
    .where('open_slots', '>', 0)
    .execute();
  const running = await db.read
    .selectFrom('horde_jobs as j')
    .innerJoin('horde_requests as r', 'r.id', 'j.request_id')
    .select('j.id')
    .where('j.state', '=', 'processing')
    .where('r.type', '=', type)
    .execute();
  const queue = queues[type];
  expect(Object.fromEntries(queue.open())).toEqual(
    Object.fromEntries(waiting.map((it) => [it.id, it.open_slots])),
  );
  const slots = waiting.reduce((sum, it) => sum + it.open_slots, 0);
  expect(queue.totals()).toMatchObject({ requests: waiting.length, slots, running: running.length });
  const users = new Set(waiting.map((it) => it.user_id));
  expect([...users].flatMap((user) => queue.idsOf(user)).toSorted()).toEqual(
    waiting.map((it) => it.id).toSorted(),
  );
}

/** Clients see a request done when, and only when, nothing of it waits or runs. */
async function expectStates(town: Town): Promise<void> {
  for (const asked of town.asked.values()) {
    if (asked.kind === 'interrogation') continue;
    const path = asked.kind === 'image' ? `/generate/check/${asked.id}` : undefined;
    const { status, body } = path ? await town.call('GET', path, undefined, '') : await statusOf(town, asked);
    if (status === 404) town.asked.delete(asked.tag);
    else expect(body.done).toBe(body.waiting === 0 && body.processing === 0);
  }
}
