/** What a user says of the pictures of a finished, shared request. */
export interface RatingInput {
  /** How many ratings came, how many of them with a value for artifacts. */
  readonly ratings: ReadonlyArray<{ readonly rating: number; readonly hasArtifacts: boolean }>;
  readonly hasBest: boolean;
  /** Pictures of the request. */
  readonly pictures: number;
  /** What the request has cost so far, in cents. */
  readonly consumedCents: number;
}

/** Reward for rating a request, in cents (`kudos.md` 1.13): always less than the request has cost. */
export function ratingRewardCents(input: RatingInput): number {
  const { ratings } = input;
  const [only] = ratings;
  let kudos = 5 * ratings.length + 5 * ratings.filter((rating) => rating.hasArtifacts).length;
  if (input.hasBest && !only) kudos = 15;
  if (input.hasBest && ratings.length === 1 && input.pictures > 1 && (only?.rating ?? 10) < 7) kudos += 15;
  const cents = kudos * 100;
  return cents >= input.consumedCents ? Math.max(0, input.consumedCents - 100) : cents;
}
