import { setImmediate as nextTurn } from 'node:timers/promises';

const partSize = 100;

export function isLong(answer: unknown): answer is readonly unknown[] {
  return Array.isArray(answer) && answer.length > partSize;
}

/**
 * The JSON of a long list, piece by piece: of ten thousand workers it is megabytes, and nobody else would be
 * answered while all of it is written at once.
 * @param toJson gives the JSON of a list
 */
export async function* jsonInParts(
  list: readonly unknown[],
  toJson: (part: readonly unknown[]) => string,
): AsyncGenerator<string> {
  for (let at = 0; at < list.length; at += partSize) {
    const part = toJson(list.slice(at, at + partSize)).slice(1, -1);
    yield `${at === 0 ? '[' : ','}${part}`;
    await nextTurn();
  }
  yield ']';
}
