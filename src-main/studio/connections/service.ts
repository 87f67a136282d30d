import type { AppFastify } from '#main/server/fastify-base.ts';
import type { EventHub } from '#main/studio/events/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import type { HordeClient } from '#shared/horde/client.ts';
import { type Connection, ConnectionList } from '#shared/studio/connections/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';

/** Hordes that this person knows; for now the home horde. */
export interface ConnectionsService {
  /** Asks each horde how it is. An unreachable one is listed as offline with the account last seen. */
  list(): Promise<Connection[]>;
}

export interface ConnectionsDeps {
  readonly home: {
    readonly name: string;
    /** Base address, which is known once the horde listens. */
    readonly url: () => string;
    readonly client: Pick<HordeClient, 'statusHeartbeat' | 'findUser'>;
  };
  readonly clock: Clock;
  readonly events: EventHub;
}

/** An answer that takes longer makes a horde slow, one that takes this long offline. */
const slowMs = 2000;
const timeoutMs = 8000;

export function createConnectionsService(deps: ConnectionsDeps): ConnectionsService {
  const { clock, events, home } = deps;
  let known: Connection | undefined;

  const look = async (): Promise<Connection> => {
    const base = { id: 'home', name: home.name, url: home.url(), kind: 'home' } as const;
    const startedAt = clock();
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const [{ message }, user] = await Promise.all([
        home.client.statusHeartbeat(signal),
        home.client.findUser(signal),
      ]);
      const isSlow = message !== 'OK' || clock() - startedAt > slowMs;
      const account = { username: user.username, kudos: user.kudos, isAnonymous: user.id === 0 };
      return { ...base, state: isSlow ? 'slow' : 'online', account };
    } catch {
      return { ...base, state: 'offline', account: known?.account ?? null };
    }
  };

  return {
    list: async () => {
      const home = await look();
      if (known && JSON.stringify(known) !== JSON.stringify(home)) {
        events.publish({ type: 'connectionChanged', connection: home });
      }
      known = home;
      return [home];
    },
  };
}

export function connectionRoutes(service: ConnectionsService) {
  return (app: AppFastify): void => {
    app.get(appRoutes.connections, { schema: { response: { 200: ConnectionList } } }, async () => ({
      connections: await service.list(),
    }));
  };
}
