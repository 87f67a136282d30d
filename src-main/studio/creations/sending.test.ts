import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '#shared/common/problem.ts';
import { HordeAnswerError, HordeUnreachableError } from '#shared/horde/client.ts';
import { failureOf, findSent } from './sending.ts';

describe('what a failed exchange means', () => {
  it.each([
    [new HordeUnreachableError('away'), { kind: 'unclear', problem: { code: 'horde_unreachable' } }],
    [new ProblemError(502, undefined, 'bad gateway'), { kind: 'unclear' }],
    [new HordeAnswerError(504, 'no reason'), { kind: 'unclear', problem: { code: 'horde_unreachable' } }],
    [new ProblemError(408, undefined, 'timeout'), { kind: 'unclear' }],
    [new ProblemError(429, 'TooManyPrompts', 'full'), { kind: 'later', problem: { code: 'TooManyPrompts' } }],
    [new ProblemError(403, 'KudosUpfront', 'poor'), { kind: 'refused', problem: { code: 'KudosUpfront' } }],
    [
      new HordeAnswerError(200, 'unknown shape'),
      { kind: 'refused', problem: { code: 'horde_answer_unknown' } },
    ],
  ])('%s', (error, meaning) => {
    expect(failureOf(error)).toMatchObject(meaning);
  });

  it('leaves other errors to whoever can judge them', () => {
    expect(() => failureOf(new TypeError('a bug'))).toThrow(TypeError);
  });

  it('shortens what a stranger says', () => {
    expect(failureOf(new ProblemError(400, 'X', 'y'.repeat(1e6))).problem.message.length).toBe(1000);
  });
});

/** A horde's list of requests, each with its number of pictures, some finished, some given up. */
const request = fc.record({
  count: fc.integer({ min: 1, max: 20 }),
  finished: fc.integer({ min: 0, max: 20 }),
  givenUp: fc.integer({ min: 0, max: 20 }),
});
interface Request {
  readonly count: number;
  readonly finished: number;
  readonly givenUp: number;
}

function countsOf({ count, ...made }: Request) {
  const finished = Math.min(made.finished, count);
  const dead = Math.min(made.givenUp, count - finished);
  const open = count - finished - dead;
  return { finished, processing: Math.floor(open / 2), waiting: Math.ceil(open / 2), restarted: dead };
}

const minutes = (n: number) => n * 60_000;

function find(
  list: { before: Request[]; claimed: Request[]; fresh: Request[] },
  count: number,
  ageMs: number,
) {
  const all = new Map<string, Request>();
  const add = (kind: string, requests: readonly Request[]) =>
    requests.map((one, n) => {
      all.set(`${kind}${n}`, one);
      return `${kind}${n}`;
    });
  const before = add('before', list.before);
  const claimed = add('claimed', list.claimed);
  const fresh = add('fresh', list.fresh);
  return findSent(
    { sentAt: 0, activeBefore: before, count },
    {
      active: [...fresh, ...before, ...claimed],
      isClaimed: (id) => claimed.includes(id),
      countsOf: (id) => {
        const found = all.get(id);
        return Promise.resolve(found && countsOf(found));
      },
      now: ageMs,
    },
  );
}

describe('what became of a send without an answer', () => {
  it('never sends again what has arrived, whatever else the account has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 5 }),
        fc.array(request, { maxLength: 5 }),
        fc.array(request, { maxLength: 3 }),
        request,
        fc.integer({ min: 0, max: minutes(60) }),
        async (before, claimed, others, own, ageMs) => {
          const verdict = await find({ before, claimed, fresh: [own, ...others] }, own.count, ageMs);
          expect(verdict.kind).not.toBe('lost');
          if (others.length === 0) expect(verdict).toEqual({ kind: 'arrived', requestId: 'fresh0' });
        },
      ),
    );
  });

  it('sends again what never arrived, while the horde would still know it', async () => {
    const list = { before: [{ count: 1, finished: 0, givenUp: 0 }], claimed: [], fresh: [] };
    expect(await find(list, 1, minutes(1))).toEqual({ kind: 'lost' });
    expect(await find(list, 1, minutes(16))).toEqual({ kind: 'uncertain' });
  });

  it('does not take a request of another size for its own', async () => {
    const other = { count: 3, finished: 1, givenUp: 0 };
    expect(await find({ before: [], claimed: [], fresh: [other] }, 2, 0)).toEqual({ kind: 'lost' });
  });
});
