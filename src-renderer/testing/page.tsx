import { QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import { cleanup, configure, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import i18next from 'i18next';
import { afterEach, beforeEach, vi } from 'vitest';
import { createQueryClient } from '#ui/api/query-client.ts';
import { startI18n } from '#ui/app/i18n.ts';
import { readRootSearch } from '#ui/app/search.ts';
import { UiProvider } from '#ui/ui/UiProvider.tsx';

/** Size of every element, in CSS pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

const missing: string[] = [];

/** Prepares jsdom and the words; call it once in a file of tests of components. */
export function preparePage(size: Size = { width: 1024, height: 700 }): void {
  // A whole screen takes its time on a machine that has other work; what never comes is still found out.
  configure({ asyncUtilTimeout: 10_000 });
  vi.setConfig({ testTimeout: 60_000 });
  beforeEach(() => fillBrowserGaps(size));
  startI18n();
  i18next.options.saveMissing = true;
  i18next.on('missingKey', (_languages, namespace, key) => missing.push(`${namespace}:${key}`));
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    if (missing.length > 0) throw new Error(`Words are missing: ${missing.splice(0).join(', ')}`);
  });
}

/** What jsdom lacks and the component library asks for: sizes, media queries, observers, scrolling. */
function fillBrowserGaps({ width, height }: Size): void {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
  );
  vi.stubGlobal('matchMedia', (media: string) => ({
    matches: false,
    media,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }));
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(width);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(height);
  // Without a layout everything would count as scrolled out of sight, and what floats beside it would hide.
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(10, 10, 100, 20));
  window.scrollTo = () => undefined;
  Element.prototype.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
}

/** Draws a screen at `/gallery` with what stands over every screen, and `/` beside it. */
export function renderScreen(screen: ReactNode, over: ReactNode = null, address = '/gallery') {
  const client = createQueryClient();
  const root = createRootRoute({
    validateSearch: readRootSearch,
    component: () => (
      <>
        <Outlet />
        {over}
      </>
    ),
  });
  const routeTree = root.addChildren([
    createRoute({ getParentRoute: () => root, path: '/', component: () => <p>Create is here</p> }),
    createRoute({ getParentRoute: () => root, path: '/gallery', component: () => screen }),
  ]);
  const router = createRouter({ routeTree, history: createMemoryHistory({ initialEntries: [address] }) });
  render(
    <QueryClientProvider client={client}>
      <UiProvider>
        <RouterProvider<typeof router> router={router} />
      </UiProvider>
    </QueryClientProvider>,
  );
  return { client, router };
}
