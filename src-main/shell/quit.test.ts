import { beforeEach, describe, expect, it, vi } from 'vitest';
import { endOnQuit } from './quit.ts';
import { app } from './testing/fake-electron.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

beforeEach(() => {
  app.removeAllListeners();
  app.exitCode = undefined;
});

describe('endOnQuit', () => {
  it('waits for the end, once, and leaves with its code', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const end = vi.fn<() => Promise<number>>(() => promise);
    const quit = endOnQuit(end);
    expect(quit.isUnderWay).toBe(false);
    app.quit();
    app.quit();
    expect(quit.isUnderWay).toBe(true);
    expect([end.mock.calls.length, app.exitCode]).toEqual([1, undefined]);
    resolve(0);
    await vi.waitFor(() => expect(app.exitCode).toBe(0));
  });

  it('leaves with 1 when the end fails', async () => {
    endOnQuit(() => Promise.reject(new Error('no')));
    app.quit();
    await vi.waitFor(() => expect(app.exitCode).toBe(1));
  });
});
