import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { imageMatching } from '#shared/horde/jobs/image-match.ts';
import { type MatchingWorker, refusalOf } from '#shared/horde/jobs/match.ts';
import { textMatching } from '#shared/horde/jobs/text-match.ts';
import { deriveImageRequest, thingsOf } from '#shared/horde/requests/rules.ts';
import type { RequestShape, TextShape } from '#shared/horde/requests/shape.ts';
import { deriveTextRequest } from '#shared/horde/requests/text-rules.ts';
import type { ImageProfile, TextProfile } from '#shared/horde/workers/profile.ts';
import { createQueue } from './index.ts';
import { RankedList } from './ranked-list.ts';

let folder: string;
let db: AppDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yurt-queue-'));
  db = await openTestDatabase(join(folder, 'test.db'));
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
const anyWorker: fc.Arbitrary<MatchingWorker<ImageProfile>> = fc
  .record({
    id: fc.constantFrom('w0', 'w1', 'w2'),
    ownerId: fc.integer({ min: 1, max: 3 }),
    isOwnerTrusted: fc.boolean(),
    isInMaintenance: fc.boolean(),
    isSlow: fc.boolean(),
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
      allowUnsafeIp: true,
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
        const queue = createQueue(db, imageMatching);
        const rows = requests.map((request, seq) => ({ ...request, row: rowOf(request, seq) }));
        for (const { row } of rows) queue.add(row);
        const fitting = rows
          .filter(({ shape, userId }) => refusalOf(imageMatching, shape, userId, worker) === undefined)
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
        expect(queue.skipped(worker).models ?? 0).toBe(none.length);
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
          const queue = createQueue(db, imageMatching);
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

const anyText = fc
  .record({
    models: fc.subarray(models),
    maxLength: fc.constantFrom(80, 300),
    context: fc.constantFrom(1024, 4096),
    nsfw: fc.boolean(),
    slow: fc.boolean(),
    extraSlow: fc.boolean(),
    trusted: fc.boolean(),
    workers: fc.subarray(['w0', 'w1']),
    blacklist: fc.boolean(),
  })
  .map((it) =>
    deriveTextRequest({
      prompt: 'p',
      models: it.models,
      nsfw: it.nsfw,
      slow_workers: it.slow,
      extra_slow_workers: it.extraSlow,
      trusted_workers: it.trusted,
      workers: it.workers,
      worker_blacklist: it.blacklist,
      params: { max_length: it.maxLength, max_context_length: it.context },
    }),
  );
const anyScribe: fc.Arbitrary<MatchingWorker<TextProfile>> = fc
  .record({
    isOwnerTrusted: fc.boolean(),
    isSlow: fc.boolean(),
    isExtraSlow: fc.boolean(),
    models: fc.subarray(models, { minLength: 1 }),
    nsfw: fc.boolean(),
    maxLength: fc.constantFrom(80, 512),
    maxContextLength: fc.constantFrom(1024, 8192),
  })
  .map(({ isOwnerTrusted, isSlow, ...profile }) => ({
    id: 'w0',
    ownerId: 9,
    isOwnerTrusted,
    isInMaintenance: false,
    isPaused: false,
    isSlow,
    profile: {
      ...profile,
      bridgeAgent: 'x:1:y',
      threads: 1,
      requireUpfrontKudos: false,
      allowUnsafeIp: true,
      blacklist: [],
    },
  }));

/** The reasons of `queue.md` 3.3 and 3.4 as a reader of the table would find them. */
function textReasons(shape: TextShape, { profile, isSlow, isOwnerTrusted, id }: MatchingWorker<TextProfile>) {
  const isNamed = shape.workers.includes(id);
  return [
    shape.models.length > 0 && !shape.models.some((it) => profile.models.includes(it)) && 'models',
    shape.workers.length > 0 && isNamed === shape.workerBlacklist && 'worker_id',
    shape.nsfw && !profile.nsfw && 'nsfw',
    shape.trustedWorkers && !isOwnerTrusted && 'untrusted',
    !shape.slowWorkers && isSlow && 'performance',
    !shape.extraSlowWorkers && profile.isExtraSlow && 'performance',
    shape.maxContextLength > profile.maxContextLength && 'max_context_length',
    shape.maxLength > profile.maxLength && 'max_length',
  ].filter((reason) => reason !== false);
}

describe('the queue of texts', () => {
  it('offers what nothing speaks against, and counts every reason', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 25 }), anyScribe, (shapes, worker) => {
        const queue = createQueue(db, textMatching);
        for (const [seq, shape] of shapes.entries()) {
          const things = shape.maxLength;
          const row = { id: `r${seq}`, seq, score: 0, user_id: 1, things, open_slots: 1, base_kudos: 2 };
          queue.add({ ...row, shape: JSON.stringify(shape) });
        }
        const reasons = shapes.map((shape) => textReasons(shape, worker));
        const fitting = reasons.flatMap((found, seq) => (found.length === 0 ? [`r${seq}`] : []));
        const offered = [...queue.candidates(worker, [])].map((entry) => entry.id);
        expect([...new Set(offered)]).toEqual(fitting);
        const counts: Record<string, number> = {};
        for (const reason of reasons.flat()) counts[reason] = (counts[reason] ?? 0) + 1;
        expect(queue.skipped(worker)).toEqual(counts);
      }),
      { numRuns: 200 },
    );
  });
});

function orderOf(queue: { place(id: string): { position: number } | undefined }, id: string): number {
  return queue.place(id)?.position ?? 0;
}
