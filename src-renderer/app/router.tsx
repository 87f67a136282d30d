import { createRootRoute, createRoute, createRouter, type RouterHistory } from '@tanstack/react-router';
import { CreateScreen } from '#ui/studio/create/index.ts';
import { AppLayout } from './AppLayout.tsx';
import { FailedScreen, MissingScreen, PendingScreen } from './route-states.tsx';
import { readRootSearch } from './search.ts';

const rootRoute = createRootRoute({ component: AppLayout, validateSearch: readRootSearch });

/** The main job is part of the first download; every other screen comes when it is wanted. */
const createScreenRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: CreateScreen,
});

const galleryRoute = createRoute({ getParentRoute: () => rootRoute, path: '/gallery' }).lazy(() =>
  import('./routes/gallery.ts').then((module) => module.route),
);

const workerRoute = createRoute({ getParentRoute: () => rootRoute, path: '/worker' }).lazy(() =>
  import('./routes/worker.ts').then((module) => module.route),
);

const settingsRoute = createRoute({ getParentRoute: () => rootRoute, path: '/settings' }).lazy(() =>
  import('./routes/settings.ts').then((module) => module.route),
);

const lazyRoutes = [galleryRoute, workerRoute, settingsRoute] as const;
const routeTree = rootRoute.addChildren([createScreenRoute, ...lazyRoutes]);

/** Makes the router; tests bring a history of their own. */
export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    defaultPreload: 'intent',
    defaultPendingComponent: PendingScreen,
    // Under 300 ms nothing needs to be said (`ux.md` 4.1).
    defaultPendingMs: 300,
    defaultPendingMinMs: 200,
    defaultErrorComponent: FailedScreen,
    defaultNotFoundComponent: MissingScreen,
    scrollRestoration: true,
    scrollToTopSelectors: ['#content'],
    ...(history === undefined ? {} : { history }),
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

/**
 * Loads the code of the other screens when there is nothing else to do, so that they open at once, and
 * also while core is away. One that fails now is loaded when it is wanted.
 */
export function loadScreensWhenIdle(router: AppRouter): void {
  const load = (): void => {
    for (const route of lazyRoutes) void router.loadRouteChunk(route)?.catch(() => undefined);
  };
  // Safari has no idle callback.
  if (typeof window.requestIdleCallback === 'function') window.requestIdleCallback(load, { timeout: 5000 });
  else setTimeout(load, 2000);
}

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
