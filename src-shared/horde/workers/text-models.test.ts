import { describe, expect, it } from 'vitest';
import { slowTextSpeed, textModelBillions } from './text-models.ts';

const reference = (name: string) => (name === 'Mythomax' ? 13 : undefined);

describe('the size of a text model', () => {
  it.each([
    ['Mythomax', 13],
    ['koboldcpp/Mythomax', 13],
    ['aphrodite/owner/Mythomax.i1-Q4_K_M', 13],
    ['Mythomax-AWQ', 13],
    ['Mythomax::user#5', 13],
    ['Qwen3-32B-Q5_K_M', 32],
    ['Meta-Llama-3-8B-Instruct', 8],
    ['Mixtral-8x7B-v0.1.Q4_K_M', 56],
    ['Qwen2.5-0.5B', 0.5],
    ['SmolLM2-135M-Instruct', 0.135],
    ['phi-2', undefined],
    ['', undefined],
  ])('%s is %s', (name, billions) => {
    expect(textModelBillions(name, reference)).toBe(billions);
  });

  it('decides what slow means', () => {
    expect([['a-70B'], ['a-13B'], ['a-7B'], ['whatever'], []].map((models) => slowTextSpeed(models))).toEqual(
      [3, 4, 5, 5, 3],
    );
  });
});
