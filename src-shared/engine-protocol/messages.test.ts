import { describe, expect, it } from 'vitest';
import { parseFromEngine, parseToEngine } from './messages.ts';
import { maxInlineBytes, packPayload, unpackPayload } from './payload.ts';

describe('messages', () => {
  it('pass when whole and are dropped otherwise', () => {
    const cancel = { type: 'cancel', id: 1 };
    expect(parseToEngine(cancel)).toEqual(cancel);
    for (const wrong of [
      undefined,
      null,
      'stop',
      { type: 'cancel' },
      { type: 'cancel', id: '1' },
      { type: 'no' },
    ]) {
      expect(parseToEngine(wrong)).toBeUndefined();
      expect(parseFromEngine(wrong)).toBeUndefined();
    }
  });

  it('carry bytes only as bytes, and no file outside the shared folder', () => {
    const encoded = (webp: unknown): unknown => ({
      type: 'encoded',
      id: 1,
      picture: { webp, width: 1, height: 1 },
    });
    expect(parseFromEngine(encoded({ bytes: Buffer.from('x') }))).toBeDefined();
    expect(parseFromEngine(encoded({ bytes: 'x' }))).toBeUndefined();
    expect(parseFromEngine(encoded({ bytes: new Uint8Array(2 ** 20) }))).toBeUndefined();
    expect(parseFromEngine(encoded({ file: '../secrets.bin' }))).toBeUndefined();
  });
});

describe('payloads', () => {
  it('move large bytes through a file and small ones in the message', async () => {
    const stored = new Map<string, Uint8Array>();
    const files = {
      write: async (name: string, bytes: Uint8Array) => void stored.set(name, bytes),
      take: async (name: string) => stored.get(name) ?? new Uint8Array(),
    };
    for (const [length, inFiles] of [
      [maxInlineBytes, 0],
      [maxInlineBytes + 1, 1],
    ] as const) {
      const payload = await packPayload(new Uint8Array(length), 'a-1', files);
      expect(stored.size).toBe(inFiles);
      expect(await unpackPayload(payload, files)).toHaveLength(length);
    }
  });
});
