import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppDatabase, openDatabase } from '#main/db/database.ts';
import { type MatchingWorker, refusalOf } from '#shared/horde/jobs/match.ts';
import { deriveImageRequest, type RequestShape, thingsOf } from '#shared/horde/requests/rules.ts';
import { createQueue } from './index.ts';
import { RankedList } from './ranked-list.ts';

let folder: string;
let db: AppDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yurt-queue-'));
  db = await openDatabase(join(folder, 'test.db'));
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

describe('a ranked list', () => {
  it('stays sorted and knows its sums, whatever is added and taken out', () => {
    const item = fc.record({ score: fc.integer({ min: 0, max: 5 }), slots: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 1500 }), fc.integer({ min: 2, max: 5 }), (made, every) => {
        const items = made.map((it, seq) => ({ ...it, seq }));
        const list = new RankedList<(typeof items)[number]>(({ slots }) => ({ slots, things: 2 * slots }));
        for (const it of items) list.add(it);
        for (const it of items) if (it.seq % every === 0) list.delete(it);
        const left = items
          .filter((it) => it.seq % every !== 0)
          .sort((a, b) => b.score - a.score || a.seq - b.seq);
        expect([...list]).toEqual(left);
        const middle = left[Math.floor(left.length / 2)];
        if (!middle) return;
        const ahead = left.slice(0, left.indexOf(middle));
        const slots = ahead.reduce((sum, it) => sum + it.slots, 0);
        expect(list.before(middle)).toEqual({ items: ahead.length, slots, things: 2 * slots });
        expect(list.after(middle)).toBe(left[ahead.length + 1]);
        list.delete(middle);
        expect(list.after(middle)).toBe(left[ahead.length + 1]);
      }),
      { numRuns: 30 },
    );
  });
});

const models = ['aaa', 'bbb', 'ccc'];
const anyRequest = fc
  .record({
    models: fc.subarray(models),
    width: fc.constantFrom(512, 1024),
    nsfw: fc.boolean(),
    slow: fc.boolean(),
    trusted: fc.boolean(),
    lora: fc.boolean(),
    workers: fc.subarray(['w0', 'w1']),
    blacklist: fc.boolean(),
    userId: fc.integer({ min: 1, max: 3 }),
    score: fc.integer({ min: 0, max: 3 }),
    n: fc.integer({ min: 1, max: 3 }),
  })
  .map((it) => {
    const shape = deriveImageRequest(
      {
        prompt: 'p',
        models: it.models,
        nsfw: it.nsfw,
        slow_workers: it.slow,
        trusted_workers: it.trusted,
        workers: it.workers,
        worker_blacklist: it.blacklist,
        params: { n: it.n, width: it.width, ...(it.lora ? { loras: [{ name: 'x' }] } : {}) },
      },
      () => 0.5,
    );
    return { shape, userId: it.userId, score: it.score };
  });
const anyWorker: fc.Arbitrary<MatchingWorker> = fc
  .record({
    id: fc.constantFrom('w0', 'w1', 'w2'),
    ownerId: fc.integer({ min: 1, max: 3 }),
    isOwnerTrusted: fc.boolean(),
    isInMaintenance: fc.boolean(),
    speed: fc.constantFrom(1, 1_000_000),
    models: fc.subarray(models, { minLength: 1 }),
    nsfw: fc.boolean(),
    maxPixels: fc.constantFrom(512 * 512, 1024 * 1024),
    allowLora: fc.boolean(),
  })
  .map(({ models: offered, nsfw, maxPixels, allowLora, ...worker }) => ({
    ...worker,
    isPaused: false,
    profile: {
      models: offered,
      nsfw,
      bridgeAgent: 'x:1:y',
      threads: 1,
      requireUpfrontKudos: false,
      isExtraSlow: false,
      maxPixels,
      blacklist: [],
      allowImg2img: true,
      allowPainting: true,
      allowPostProcessing: true,
      allowControlnet: true,
      allowSdxlControlnet: true,
      allowLora,
      limitMaxSteps: false,
    },
  }));

function rowOf(
  { shape, userId, score }: { shape: RequestShape; userId: number; score: number },
  seq: number,
) {
  return {
    id: `r${seq}`,
    seq,
    score,
    user_id: userId,
    shape: JSON.stringify(shape),
    things: thingsOf(shape),
    open_slots: shape.jobs,
    base_kudos: 10,
  };
}

describe('the queue', () => {
  it('offers exactly what the rules allow, in order, and counts what it holds', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 25 }), anyWorker, (requests, worker) => {
        const queue = createQueue(db);
        const rows = requests.map((request, seq) => ({ ...request, row: rowOf(request, seq) }));
        for (const { row } of rows) queue.add(row);
        const fitting = rows
          .filter(({ shape, userId }) => refusalOf(shape, userId, worker) === undefined)
          .sort(
            (a, b) =>
              Number(b.userId === worker.ownerId) - Number(a.userId === worker.ownerId) ||
              b.score - a.score ||
              a.row.seq - b.row.seq,
          );
        const offered = [...new Set([...queue.candidates(worker, [])].map((entry) => entry.id))];
        expect(offered).toEqual(fitting.map(({ row }) => row.id));
        const slots = rows.reduce((sum, { shape }) => sum + shape.jobs, 0);
        expect(queue.totals()).toMatchObject({ requests: rows.length, slots });
        const counted = rows.filter(({ shape }) => shape.models.length > 0);
        const none = counted.filter(
          ({ shape }) => !shape.models.some((it) => worker.profile.models.includes(it)),
        );
        expect(queue.skipped(worker).models).toBe(none.length);
      }),
      { numRuns: 200 },
    );
  });

  it('never holds fewer slots than none, and gives back what was taken', async () => {
    const step = fc.record({
      kind: fc.constantFrom('take', 'giveBack', 'remove'),
      at: fc.nat(9),
      count: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRequest, { minLength: 1, maxLength: 10 }),
        fc.array(step),
        async (requests, steps) => {
          const queue = createQueue(db);
          const open = new Map<string, number>();
          for (const [seq, request] of requests.entries()) {
            queue.add(rowOf(request, seq));
            open.set(`r${seq}`, request.shape.jobs);
          }
          for (const { kind, at, count } of steps) {
            const id = `r${at % requests.length}`;
            const known = open.get(id);
            if (kind === 'take') {
              const taken = queue.take(id, count);
              expect(taken).toBe(Math.min(known ?? 0, count));
              if (known !== undefined) open.set(id, known - taken);
            } else if (kind === 'giveBack') {
              await queue.giveBack(id, count);
              if (known !== undefined) open.set(id, known + count);
            } else {
              queue.remove(id);
              open.delete(id);
            }
          }
          const held = [...open].filter(([, slots]) => slots > 0);
          expect(queue.open()).toEqual(
            new Map(held.toSorted(([a], [b]) => orderOf(queue, a) - orderOf(queue, b))),
          );
          expect(queue.totals().slots).toBe(held.reduce((sum, [, slots]) => sum + slots, 0));
          const demand = new Map<string, number>();
          for (const [id, slots] of held) {
            for (const model of requests[Number(id.slice(1))]?.shape.models ?? []) {
              demand.set(model, (demand.get(model) ?? 0) + slots);
            }
          }
          const told = [...queue.demand()].map(([model, { slots }]) => [model, slots] as const);
          expect(new Map(told)).toEqual(demand);
        },
      ),
      { numRuns: 200 },
    );
  });
});

function orderOf(queue: ReturnType<typeof createQueue>, id: string): number {
  return queue.place(id)?.position ?? 0;
}
