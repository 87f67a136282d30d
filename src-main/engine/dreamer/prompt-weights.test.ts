import { describe, expect, it } from 'vitest';
import vectors from './fixtures/prompt-weights.json' with { type: 'json' };
import { parsePromptWeights } from './prompt-weights.ts';

describe('parsePromptWeights', () => {
  it.each(vectors.cases)('reads $prompt as the reference does', ({ prompt, parts }) => {
    const actual = parsePromptWeights(prompt);
    expect(actual.map(({ text }) => text)).toEqual(parts.map(([text]) => text));
    parts.forEach(([, weight], i) => expect(actual[i]?.weight).toBeCloseTo(Number(weight), 9));
  });

  it('stays bounded on brackets without end', () => {
    const depth = 50_000;
    const parts = parsePromptWeights('('.repeat(depth) + 'cat' + ')'.repeat(depth));
    expect(parts).toHaveLength(1);
    expect(parts[0]?.text).toContain('cat');
    expect(parsePromptWeights('('.repeat(depth))).toEqual([{ text: '('.repeat(depth), weight: 1 }]);
  });
});
