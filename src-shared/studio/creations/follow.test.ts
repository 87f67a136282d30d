import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestStatusCheck } from '#shared/horde/requests/schema.ts';
import {
  afterSaving,
  follow,
  type Followed,
  type Following,
  type NextStep,
  startFollowing,
} from './follow.ts';
import { type Creation, type CreationState, terminalStates } from './schema.ts';

const creation: Creation = {
  id: 'c1',
  connectionId: 'home',
  createdAt: 0,
  state: 'waiting',
  input: {
    prompt: 'a red fox',
    negativePrompt: '',
    model: 'tiny',
    width: 128,
    height: 128,
    steps: 8,
    cfgScale: 3.5,
    sampler: 'k_euler',
    karras: true,
    count: 4,
  },
  requestId: 'r1',
  progress: {
    finished: 0,
    processing: 0,
    waiting: 4,
    restarted: 0,
    queuePosition: 1,
    etaSeconds: null,
    step: 3,
    steps: 8,
    previewUrl: '/app/creations/c1/preview?1',
  },
  imageIds: [],
  kudos: { expected: 40, used: 0 },
  warnings: [],
  problem: null,
};

const waiting: RequestStatusCheck = {
  finished: 0,
  processing: 0,
  restarted: 0,
  waiting: 4,
  done: false,
  faulted: false,
  wait_time: 30,
  queue_position: 1,
  kudos: 0,
  is_possible: true,
};

function following(imageIds: readonly string[] = [], changes: Partial<Following> = {}): Following {
  const start = startFollowing({ ...creation, imageIds: [...imageIds] }, 0).following;
  return { ...start, ...changes };
}

const check = (changes: Partial<RequestStatusCheck>, from = following(), now = 1000): Followed =>
  follow(from, { kind: 'check', check: { ...waiting, ...changes } }, now);

const fail = (status: number | null, from = following(), retryAfterMs?: number): Followed =>
  follow(
    from,
    {
      kind: 'error',
      error: {
        status,
        code: 'Code',
        message: 'words',
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      },
    },
    1000,
  );

const poll = (inMs: number): NextStep => ({ do: 'poll', inMs });
const fetchStatus: NextStep = { do: 'fetchStatus' };
const stop: NextStep = { do: 'stop' };

describe('a check', () => {
  const three = { waiting: 0, finished: 3, done: true };
  const rows: [string, Followed, CreationState, NextStep][] = [
    ['in line', check({}), 'waiting', poll(1000)],
    ['far back in line', check({ queue_position: 21 }), 'waiting', poll(3000)],
    ['no worker can do it', check({ is_possible: false }), 'impossible', poll(5000)],
    [
      'a worker has it although none could take more',
      check({ is_possible: false, processing: 1 }),
      'working',
      poll(1000),
    ],
    ['being made', check({ waiting: 3, processing: 1 }), 'working', poll(1000)],
    ['first picture finished', check({ waiting: 3, finished: 1 }), 'working', fetchStatus],
    [
      'fetched a moment ago',
      check({ waiting: 3, finished: 1 }, following([], { fetchedAt: 500 })),
      'working',
      poll(1000),
    ],
    [
      'fetched long ago',
      check({ waiting: 3, finished: 1 }, following([], { fetchedAt: 500 }), 6500),
      'working',
      fetchStatus,
    ],
    [
      'finished ones saved, more to come',
      check({ waiting: 3, finished: 1 }, following(['a'])),
      'working',
      poll(1000),
    ],
    ['done, not saved', check({ waiting: 0, finished: 4, done: true }), 'saving', fetchStatus],
    [
      'done, fetched a moment ago',
      check({ finished: 4, done: true }, following([], { fetchedAt: 900 })),
      'saving',
      fetchStatus,
    ],
    ['done and saved', check({ finished: 4, done: true }, following(['a', 'b', 'c', 'd'])), 'done', stop],
    ['done with one given up', check(three, following(['a', 'b', 'c'])), 'partial', stop],
    ['faulted with nothing', check({ faulted: true }), 'failed', stop],
    ['faulted with pictures to fetch', check({ faulted: true, finished: 2 }), 'saving', fetchStatus],
    [
      'faulted with pictures saved',
      check({ faulted: true, finished: 2 }, following(['a', 'b'])),
      'partial',
      stop,
    ],
  ];
  it.each(rows)('%s', (_name, { following: after, next }, state, expected) => {
    expect([after.creation.state, next]).toEqual([state, expected]);
  });

  it('takes counts, place, wait and kudos over', () => {
    const { creation: after } = check({ waiting: 1, processing: 2, restarted: 1, kudos: 9 }).following;
    expect(after.progress).toMatchObject({
      waiting: 1,
      processing: 2,
      restarted: 1,
      etaSeconds: 30,
      step: 3,
    });
    expect(after.kudos).toEqual({ expected: 40, used: 9 });
  });

  it('drops step and preview once nothing is being made', () => {
    expect(check({}).following.creation.progress).toMatchObject({
      step: null,
      steps: null,
      previewUrl: null,
    });
  });

  it('says why it did not deliver all', () => {
    expect(check({ faulted: true }).following.creation.problem?.code).toBe('faulted');
    expect(
      check({ finished: 4, done: true }, following(['a', 'b', 'c', 'd'])).following.creation.problem,
    ).toBeNull();
  });

  it('calls it slow after twice the expected time without a move, and no longer once it moves', () => {
    const moved = check({ waiting: 3, processing: 1, wait_time: 100 }, following(), 1000).following;
    const same = { waiting: 3, processing: 1, wait_time: 5 };
    expect(check(same, moved, 201_000).following.creation.state).toBe('working');
    const slow = check(same, moved, 201_001);
    expect([slow.following.creation.state, slow.next]).toEqual(['slow', poll(5000)]);
    expect(check({ waiting: 2, processing: 2 }, slow.following, 202_000).following.creation.state).toBe(
      'working',
    );
  });
});

describe('a failed check', () => {
  const all = following(['a', 'b', 'c', 'd']);
  const rows: [string, Followed, CreationState, NextStep][] = [
    ['no answer', fail(null), 'waiting', poll(1000)],
    ['no answer for the fourth time', fail(null, following([], { failures: 3 })), 'waiting', poll(8000)],
    ['no answer for an hour', fail(null, following([], { failures: 200 })), 'waiting', poll(30_000)],
    ['horde in trouble', fail(503), 'waiting', poll(1000)],
    ['too many checks', fail(429), 'waiting', poll(5000)],
    ['too many checks, with a wait', fail(429, following(), 700), 'waiting', poll(700)],
    ['gone from the horde', fail(404), 'expired', stop],
    ['gone with some saved', fail(404, following(['a'])), 'expired', stop],
    ['gone with all saved', fail(404, all), 'done', stop],
    ['refused', fail(403), 'failed', stop],
  ];
  it.each(rows)('%s', (_name, { following: after, next }, state, expected) => {
    expect([after.creation.state, next]).toEqual([state, expected]);
  });

  it('keeps the horde’s words and what is saved', () => {
    const { creation: after } = fail(404, following(['a'])).following;
    expect(after.problem).toEqual({ code: 'Code', message: 'words' });
    expect(after.imageIds).toEqual(['a']);
  });

  it('forgets failures with the next answer', () => {
    expect(check({}, following([], { failures: 5 })).following.failures).toBe(0);
  });
});

describe('saving', () => {
  it.each<[readonly string[], boolean, CreationState, NextStep]>([
    [['a'], false, 'waiting', poll(1000)],
    [['a', 'b', 'c', 'd'], true, 'done', stop],
    [['a', 'b'], true, 'partial', stop],
    [[], true, 'failed', stop],
  ])('with %j and over %s', (imageIds, isOver, state, next) => {
    const after = afterSaving(following(), { imageIds, isOver });
    expect([after.following.creation.state, after.next]).toEqual([state, next]);
    expect(after.following.creation.imageIds).toEqual(imageIds);
  });
});

describe('terminal states', () => {
  it.each(terminalStates)('%s stays, whatever comes', (state) => {
    const ended = following([], { creation: { ...creation, state } });
    expect(startFollowing(ended.creation, 0).next).toEqual(stop);
    for (const after of [check({ processing: 1 }, ended), fail(404, ended)]) {
      expect(after).toEqual({ following: ended, next: stop });
    }
  });

  it('are reached exactly when it stops', () => {
    const count = fc.nat(4);
    const anyCheck = fc.record({
      finished: count,
      processing: count,
      waiting: count,
      restarted: count,
      done: fc.boolean(),
      faulted: fc.boolean(),
      wait_time: fc.nat(600),
      queue_position: fc.nat(100),
      kudos: fc.nat(100),
      is_possible: fc.boolean(),
    });
    const anyStatus = fc.constantFrom(null, 400, 404, 429, 500);
    fc.assert(
      fc.property(fc.array(fc.oneof(anyCheck, anyStatus), { maxLength: 20 }), (observations) => {
        let state = following();
        for (const [n, seen] of observations.entries()) {
          const after =
            typeof seen === 'object' && seen !== null ? check(seen, state, n * 1000) : fail(seen, state);
          const isTerminal = terminalStates.includes(after.following.creation.state);
          expect(after.next.do === 'stop').toBe(isTerminal);
          if (after.next.do === 'poll') expect(after.next.inMs).toBeGreaterThanOrEqual(100);
          state = after.following;
        }
      }),
    );
  });
});
