import { describe, expect, it } from 'vitest';
import { chunkLength, layOutChunks } from './chunks.ts';
import { ClipTokenizer } from './tokenizer.ts';

const pieces = ['a', 'c', 't', 'a</w>', 't</w>', 'ca', 'cat</w>', 'at</w>', '!</w>', 'Ã', '©</w>'];
const specials = ['<|startoftext|>', '<|endoftext|>'];
const vocab = Object.fromEntries([...pieces, ...specials].map((piece, id) => [piece, id]));
const merges = '#version: 0.2\nc a\nca t</w>\na t</w>\n';
const tokenizer = new ClipTokenizer({ vocab, merges });
const idOf = (piece: string): number => vocab[piece] ?? NaN;

describe('ClipTokenizer', () => {
  it('merges by rank, lower-cases and collapses spaces', () => {
    expect(tokenizer.encode('  CAT \n at!')).toEqual([idOf('cat</w>'), idOf('at</w>'), idOf('!</w>')]);
  });

  it('writes bytes as letters', () => {
    expect(tokenizer.encode('É')).toEqual([idOf('Ã'), idOf('©</w>')]);
  });

  it('reads special tokens of a prompt as plain text', () => {
    expect(tokenizer.encode('<|startoftext|>')).not.toContain(tokenizer.start);
  });

  it('pads with the token it is told, else with the end', () => {
    expect(tokenizer.pad).toBe(tokenizer.end);
    expect(new ClipTokenizer({ vocab, merges, padToken: '!</w>' }).pad).toBe(idOf('!</w>'));
  });

  it('refuses a vocabulary without start and end', () => {
    expect(() => new ClipTokenizer({ vocab: { a: 0 }, merges })).toThrow('start or end');
  });
});

describe('layOutChunks', () => {
  const frame = { start: 100, end: 101, pad: 102 };
  const segment = (length: number, weight = 1): { ids: number[]; weight: number } => ({
    ids: Array.from({ length }, (_, i) => i % 90),
    weight,
  });
  const used = (ids: readonly number[]): number => ids.indexOf(frame.end) - 1;

  it('makes one chunk of nothing', () => {
    const [chunk, ...more] = layOutChunks([], frame);
    expect(more).toEqual([]);
    expect(chunk?.ids).toHaveLength(chunkLength);
    expect(chunk?.ids.slice(0, 3)).toEqual([100, 101, 102]);
  });

  it('moves a short segment whole and cuts a long one', () => {
    expect(layOutChunks([segment(70), segment(7)], frame).map(({ ids }) => used(ids))).toEqual([70, 7]);
    expect(layOutChunks([segment(70), segment(8)], frame).map(({ ids }) => used(ids))).toEqual([75, 3]);
    expect(layOutChunks([segment(75)], frame).map(({ ids }) => used(ids))).toEqual([75]);
    expect(layOutChunks([segment(160)], frame).map(({ ids }) => used(ids))).toEqual([75, 75, 10]);
  });

  it('keeps weights beside their tokens and frames at 1', () => {
    const [chunk] = layOutChunks([segment(2, 1.3), segment(1, 0.5)], frame);
    expect(chunk?.weights.slice(0, 6)).toEqual([1, 1.3, 1.3, 0.5, 1, 1]);
  });
});
