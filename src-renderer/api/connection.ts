import { useQuery } from '@tanstack/react-query';
import type { Connection } from '#shared/studio/connections/schema.ts';
import { connectionsQuery } from './queries.ts';

/** The horde that the next request goes to, which core lists first; `undefined` until it is known. */
export const useConnection = (): Connection | undefined => useQuery(connectionsQuery).data?.connections[0];
