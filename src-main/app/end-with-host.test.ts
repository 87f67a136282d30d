import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { closeInTime, onEndAsked } from './end-with-host.ts';

describe('onEndAsked', () => {
  it.each(['SIGTERM', 'SIGINT', 'disconnect'])(
    'calls back at %s, and once, whatever comes after',
    (event) => {
      const source = new EventEmitter();
      let calls = 0;
      onEndAsked(() => {
        calls += 1;
      }, source);
      source.emit(event);
      for (const later of ['SIGTERM', 'SIGINT', 'disconnect']) source.emit(later);
      expect(calls).toBe(1);
    },
  );
});

describe('closeInTime', () => {
  it('gives 0 for a close that works, and for one that hangs once its time is over', async () => {
    expect(await closeInTime(async () => undefined)).toBe(0);
    expect(await closeInTime(() => new Promise(() => undefined), 10)).toBe(0);
  });

  it('gives 1 for a close that fails', async () => {
    expect(await closeInTime(() => Promise.reject(new Error('no')))).toBe(1);
  });
});
