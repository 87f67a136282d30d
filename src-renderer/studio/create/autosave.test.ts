import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAutosave } from './autosave.ts';

describe('createAutosave', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('saves once, 400 ms after the last change, and the latest value', () => {
    const save = vi.fn<(value: string, isLast: boolean) => void>();
    const autosave = createAutosave(save, 400);
    autosave.schedule('a');
    vi.advanceTimersByTime(399);
    autosave.schedule('ab');
    vi.advanceTimersByTime(399);
    expect(save).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(save.mock.calls).toEqual([['ab', false]]);
  });

  it('saves at once when the page goes, and not a second time', () => {
    const save = vi.fn<(value: string, isLast: boolean) => void>();
    const autosave = createAutosave(save, 400);
    autosave.schedule('a');
    autosave.flush(true);
    autosave.flush(true);
    vi.advanceTimersByTime(1000);
    expect(save.mock.calls).toEqual([['a', true]]);
  });
});
