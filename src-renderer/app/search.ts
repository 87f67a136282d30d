/** Search parameters that every screen understands. */
export interface RootSearch {
  /** Id of the picture that the viewer shows over the screen. */
  readonly image?: string | undefined;
}

const idPattern = /^[\w-]{1,100}$/;

/** Reads the search parameters of any address: what is not of their shape is dropped. */
export function readRootSearch(search: Record<string, unknown>): RootSearch {
  const { image } = search;
  // The router reads a value of digits alone as a number.
  const id = typeof image === 'number' ? String(image) : image;
  return typeof id === 'string' && idPattern.test(id) ? { image: id } : {};
}
