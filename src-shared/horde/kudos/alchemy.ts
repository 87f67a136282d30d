/** Prices of alchemy (`kudos.md` 2.2, D2). Pure; in cents. */

const tileSide = 512;
/** Tiles of the largest source picture that is accepted. */
export const maxAlchemyTiles = 255;

/** Forms that read a picture and cost one kudos whatever its size. */
const readingForms: ReadonlySet<string> = new Set([
  'caption',
  'nsfw',
  'vectorize',
  'palette',
  'describe',
  'aesthetic',
]);

/** Squares of 512 × 512 pixels that cover a picture. */
export function alchemyTiles(width: number, height: number): number {
  return Math.ceil(width / tileSide) * Math.ceil(height / tileSide);
}

/** What a finished form earns its worker's owner: a name that does not read is a post-processor's. */
export function formRewardCents(form: string, tiles: number): number {
  if (form === 'interrogation') return 300;
  return readingForms.has(form) ? 100 : 300 * tiles;
}

/** What the requester pays for a finished form. Allowing slow workers costs one more, as upstream. */
export function formCostCents(rewardCents: number, slowWorkers: boolean): number {
  return rewardCents + (slowWorkers ? 200 : 100);
}
