import { describe, expect, it } from 'vitest';
import { ratingRewardCents } from './ratings.ts';

describe('the reward for ratings', () => {
  const plain = (rating: number) => ({ rating, hasArtifacts: false });
  const request = { hasBest: false, pictures: 4, consumedCents: 100_000 };

  it.each([
    ['nothing', { ...request, ratings: [] }, 0],
    ['ratings', { ...request, ratings: [plain(8), plain(3)] }, 1000],
    ['ratings with artifacts', { ...request, ratings: [plain(8), { rating: 3, hasArtifacts: true }] }, 1500],
    ['the best alone', { ...request, ratings: [], hasBest: true }, 1500],
    ['one bad picture of several, and the best', { ...request, ratings: [plain(6)], hasBest: true }, 2000],
    ['one good picture of several, and the best', { ...request, ratings: [plain(7)], hasBest: true }, 500],
    ['less than was paid', { ...request, ratings: [plain(1)], consumedCents: 500 }, 400],
    ['never less than nothing', { ...request, ratings: [plain(1)], consumedCents: 50 }, 0],
  ])('is for %s', (_, input, cents) => {
    expect(ratingRewardCents(input)).toBe(cents);
  });
});
