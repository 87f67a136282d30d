import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { UiProvider } from '#ui/ui/UiProvider.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import type { AppRouter } from './router.tsx';

interface AppProps {
  readonly client: QueryClient;
  readonly router: AppRouter;
}

/** The whole interface. */
export function App({ client, router }: AppProps) {
  return (
    <QueryClientProvider client={client}>
      <UiProvider>
        <ErrorBoundary>
          <RouterProvider router={router} />
        </ErrorBoundary>
      </UiProvider>
    </QueryClientProvider>
  );
}
