import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.ts';

/** Core is on this computer: a second try after a moment helps, a third would only keep a person waiting. */
const maxTries = 2;

const isPassing = (error: Error): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 502);

/**
 * The cache of what core tells. Nothing in it grows stale by itself, since the event stream carries
 * every change; and the state of the network is no matter, since core answers on loopback.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => failures < maxTries && isPassing(error),
      },
      mutations: { networkMode: 'always' },
    },
  });
}
