import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { createQueryClient } from '#ui/api/query-client.ts';
import { startI18n } from '#ui/app/i18n.ts';
import { readRootSearch } from '#ui/app/search.ts';
import { UiProvider } from '#ui/ui/UiProvider.tsx';

/** Draws a screen at `/gallery` with what stands over every screen, and `/` beside it. */
export function renderScreen(screen: ReactNode, over: ReactNode, address = '/gallery') {
  startI18n();
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
