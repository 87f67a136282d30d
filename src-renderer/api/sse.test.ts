import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseParser, type ServerSentMessage } from './sse.ts';

const readAll = (pieces: readonly string[]): ServerSentMessage[] => {
  const parser = createSseParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

/** Cuts a text at places that are given as shares of its length. */
function cut(text: string, shares: readonly number[]): string[] {
  const places = [...new Set(shares.map((share) => Math.floor(share * text.length)))].toSorted(
    (a, b) => a - b,
  );
  return [0, ...places].map((from, index) => text.slice(from, places[index]));
}

describe('createSseParser', () => {
  it('reads messages with their ids', () => {
    expect(readAll(['id: a-1\ndata: {"x":1}\n\nid: a-2\ndata: y\n\n'])).toEqual([
      { id: 'a-1', data: '{"x":1}' },
      { id: 'a-2', data: 'y' },
    ]);
  });

  it('keeps the id of a message that has none of its own', () => {
    expect(readAll(['id: 7\ndata: a\n\ndata: b\n\n']).map(({ id }) => id)).toEqual(['7', '7']);
  });

  it('moves the id on without data, and passes over comments and unknown fields', () => {
    expect(readAll([': beat\n\nretry: 1000\nid: a-9\n\n'])).toEqual([
      { id: '', data: undefined },
      { id: 'a-9', data: undefined },
    ]);
  });

  it('joins lines of data and takes one space from each', () => {
    expect(readAll(['data:  a\ndata:b\ndata\n\n'])[0]?.data).toBe(' a\nb\n');
  });

  it('gives nothing of a message that has not ended', () => {
    expect(readAll(['data: a\n'])).toEqual([]);
  });

  it('reads the same however the text is cut and whatever ends its lines', () => {
    const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\n\0]/g, '_'));
    const messages = fc.array(fc.record({ id: line, data: line }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        messages,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        (sent, end, shares) => {
          const text = sent.map(({ id, data }) => `id: ${id}${end}data: ${data}${end}${end}`).join('');
          // Whether a CR at the end is a whole line end is only known when more comes.
          const pieces = [...cut(text, shares), ': end'];
          expect(readAll(pieces)).toEqual(sent);
        },
      ),
    );
  });
});
