import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

/** What may follow a listed word for it to be the same word still. */
const inflection = /^(?:s|es|ed|er|ers|ing|in|y)?$/i;
const letter = /[\p{L}\p{N}]/u;

/**
 * Whether a name or a short text is profane (`accounts-and-safety.md` 4.10, PRF-01): English words of a
 * bundled list, whatever the case, look-alike letters and spelling with digits. Only whole words count,
 * so that Scunthorpe and Penistone have names.
 */
export function createProfanityCheck(): (text: string) => boolean {
  const dataset = englishDataset.build();
  const matcher = new RegExpMatcher({ ...dataset, ...englishRecommendedTransformers });
  return (typed) => {
    const text = typed.normalize('NFKC');
    const matches = matcher.getAllMatches(text);
    return matches.some(({ startIndex, endIndex }) => isWord(text, startIndex, endIndex));
  };
}

/** @param end index of the last character */
function isWord(text: string, start: number, end: number): boolean {
  if (start > 0 && letter.test(text.charAt(start - 1))) return false;
  const rest = /^[\p{L}\p{N}]*/u.exec(text.slice(end + 1))?.[0] ?? '';
  return inflection.test(rest);
}
