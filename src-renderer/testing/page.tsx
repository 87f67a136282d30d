import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import i18next from 'i18next';
import { afterEach, vi } from 'vitest';
import { createQueryClient } from '#ui/api/query-client.ts';
import { startI18n } from '#ui/app/i18n.ts';
import { UiProvider } from '#ui/ui/UiProvider.tsx';

/** What jsdom lacks and the component library asks for. */
class NoResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

const missing: string[] = [];

/** Prepares jsdom and the words; call it once in a file of tests of components. */
export function preparePage(): void {
  // A whole screen takes its time on a machine that has other work.
  configure({ asyncUtilTimeout: 10_000 });
  vi.setConfig({ testTimeout: 30_000 });
  vi.stubGlobal('ResizeObserver', NoResizeObserver);
  Object.assign(window, {
    scrollTo: () => undefined,
    matchMedia: (media: string) => ({
      matches: false,
      media,
      onchange: null,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      addListener: () => undefined,
      removeListener: () => undefined,
      dispatchEvent: () => true,
    }),
  });
  Element.prototype.scrollIntoView = () => undefined;
  Element.prototype.scrollTo = () => undefined;
  // Without a layout everything would count as scrolled out of sight, and what floats beside it would hide.
  Element.prototype.getBoundingClientRect = () => new DOMRect(10, 10, 100, 20);
  for (const [name, value] of [
    ['clientWidth', 1024],
    ['clientHeight', 700],
  ] as const) {
    Object.defineProperty(Element.prototype, name, { configurable: true, get: () => value });
  }
  startI18n();
  i18next.options.saveMissing = true;
  i18next.on('missingKey', (_languages, namespace, key) => missing.push(`${namespace}:${key}`));
  afterEach(() => {
    cleanup();
    if (missing.length > 0) throw new Error(`Words are missing: ${missing.splice(0).join(', ')}`);
  });
}

/** Draws a part of a screen with everything that the app puts around it. */
export function renderInPage(part: ReactNode): QueryClient {
  const client = createQueryClient();
  client.setDefaultOptions({
    ...client.getDefaultOptions(),
    queries: { ...client.getDefaultOptions().queries, retry: false },
  });
  const router = createRouter({
    routeTree: createRootRoute({ component: () => part }),
    history: createMemoryHistory(),
  });
  render(
    <QueryClientProvider client={client}>
      <UiProvider>
        {/* A router of its own stands in for the app's, whose type is registered. */}
        <RouterProvider router={router as never} />
      </UiProvider>
    </QueryClientProvider>,
  );
  return client;
}
