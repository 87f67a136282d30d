import { describe, expect, it } from 'vitest';
import { alchemyTiles, formCostCents, formRewardCents, maxAlchemyTiles } from './alchemy.ts';
import vectors from './fixtures/alchemy-kudos.json' with { type: 'json' };

describe('what a form is worth', () => {
  it('equals every row of the vectors', () => {
    expect(vectors).toHaveLength(30);
    for (const vector of vectors) {
      const tiles = alchemyTiles(vector.image_width, vector.image_height);
      const reward = formRewardCents(vector.form, tiles);
      expect([vector.form, tiles, reward / 100, formCostCents(reward, vector.slow_workers) / 100]).toEqual([
        vector.form,
        vector.tiles,
        vector.kudos,
        vector.requester_cost,
      ]);
    }
  });

  it('admits pictures of 255 squares', () => {
    expect(alchemyTiles(8192, 7680)).toBeLessThanOrEqual(maxAlchemyTiles);
    expect(alchemyTiles(8192, 8192)).toBeGreaterThan(maxAlchemyTiles);
  });
});
