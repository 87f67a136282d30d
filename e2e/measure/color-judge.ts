import type { Picture } from '../fixtures/pixels.ts';
import { createColorNamer, type NamedColor, type Oklab } from './colors.ts';
import { findRegions } from './regions.ts';

/** Names of the two colors that a picture shows. */
export interface SeenColors {
  readonly background: string;
  /** Undefined when nothing stands out from the background. */
  readonly object: string | undefined;
}

/** A judge that names the colors of background and object, told nothing but the picture. */
export function createColorJudge(palette: readonly NamedColor[]): (picture: Picture) => SeenColors {
  const nameOf = createColorNamer(palette);
  return (picture) => {
    const { background, object } = findRegions(picture);
    return { background: nameOf(background), object: mostVotes(object, nameOf) };
  };
}

/** The name that most pixels have: an outline, a shine or a shaded side does not change it. */
function mostVotes(colors: readonly Oklab[], nameOf: (color: Oklab) => string): string | undefined {
  const votes = new Map<string, number>();
  for (const color of colors) {
    const name = nameOf(color);
    votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  let winner: string | undefined;
  for (const [name, count] of votes) {
    if (winner === undefined || count > (votes.get(winner) ?? 0)) winner = name;
  }
  return winner;
}
