import type { Creation, CreationList } from '#shared/studio/creations/schema.ts';

/** Puts a creation at its place in a list: replaced where it is, else newest first. */
export function withCreation(list: CreationList, creation: Creation): CreationList {
  const isKnown = list.creations.some((other) => other.id === creation.id);
  return {
    creations: isKnown
      ? list.creations.map((other) => (other.id === creation.id ? creation : other))
      : [creation, ...list.creations],
  };
}

/** The list without a creation whose card was taken away. */
export const withoutCreation = (list: CreationList, id: string): CreationList => ({
  creations: list.creations.filter((creation) => creation.id !== id),
});
