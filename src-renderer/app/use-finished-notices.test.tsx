// @vitest-environment jsdom
import { notifyManager, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import type { DesktopApi } from '#shared/desktop-api/desktop-api.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { queryKeys } from '#ui/api/queries.ts';
import { preparePage } from '#ui/testing/page.tsx';
import { creationOf } from '#ui/testing/values.ts';
import { useFinishedNotices } from './use-finished-notices.ts';

preparePage();
// Changes of the cache arrive at once, so that silence is silence and no late word.
notifyManager.setScheduler((deliver) => deliver());

const notifyFinished = vi.fn<DesktopApi['notifyFinished']>(async () => true);

afterEach(() => {
  Reflect.deleteProperty(window, 'desktopApi');
  notifyFinished.mockClear();
});

/** Shows the hook one list of creations after the other. */
function seeInTurn(...lists: Creation[][]): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  client.setQueryData(queryKeys.creations, { creations: lists[0] ?? [] });
  renderHook(useFinishedNotices, { wrapper });
  for (const creations of lists.slice(1)) {
    act(() => void client.setQueryData(queryKeys.creations, { creations }));
  }
}

const working = creationOf({ id: 'a', state: 'working' });
const done = creationOf({ id: 'a', state: 'done', imageIds: ['x', 'y'] });

it('tells once of a request that ran and is done, with its prompt', () => {
  Object.assign(window, { desktopApi: { notifyFinished } });
  seeInTurn([working], [done], [done]);
  expect(notifyFinished.mock.calls).toEqual([
    [{ title: expect.stringContaining('2'), body: done.input.prompt }],
  ]);
});

it('keeps silent about what was done before, failed or was cancelled', () => {
  Object.assign(window, { desktopApi: { notifyFinished } });
  seeInTurn([done]);
  for (const state of ['failed', 'cancelled', 'expired'] as const) {
    seeInTurn([working], [creationOf({ id: 'a', state })]);
  }
  expect(notifyFinished).not.toHaveBeenCalled();
});

it('does nothing in a browser', () => {
  expect(() => seeInTurn([working], [done])).not.toThrow();
});
