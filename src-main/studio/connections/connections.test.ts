import { pino } from 'pino';
import { Value } from 'typebox/value';
import { expect, it } from 'vitest';
import { createFastify } from '#main/server/fastify-base.ts';
import { createEventHub } from '#main/studio/events/index.ts';
import { createHordeClient } from '#shared/horde/client.ts';
import { Heartbeat } from '#shared/horde/status/schema.ts';
import { UserDetails } from '#shared/horde/users/schema.ts';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { connectionRoutes, createConnectionsService } from './index.ts';

const user = { ...Value.Create(UserDetails), id: 3, username: 'owner#3', kudos: 250 };

it('tells how the home horde is and whose account is used, and announces changes only', async () => {
  let answer: 'OK' | 'OVERLOADED' | 'none' = 'OK';
  const client = createHordeClient({
    baseUrl: 'http://127.0.0.1:7001',
    apiKey: 'key',
    clientAgent: 'Yurt:0:test',
    send: ({ url }) => {
      if (answer === 'none') return Promise.reject(new Error('nobody listens'));
      const body = url.includes('heartbeat') ? { ...Value.Create(Heartbeat), message: answer } : user;
      return Promise.resolve({ status: 200, headers: {}, body: JSON.stringify(body) });
    },
  });
  const events = createEventHub({ launchId: 'a' });
  const seen: StudioEvent[] = [];
  events.subscribe(({ event }) => seen.push(event));
  const home = { name: 'Home horde', url: () => 'http://127.0.0.1:7001', client };
  const server = createFastify({ log: pino({ level: 'silent' }), unknownKeys: 'refuse' });
  connectionRoutes(createConnectionsService({ home, clock: () => 0, events }))(server);

  const account = { username: 'owner#3', kudos: 250, isAnonymous: false };
  const base = { id: 'home', name: 'Home horde', url: 'http://127.0.0.1:7001', kind: 'home', account };
  const list = async () => (await server.inject('/app/connections')).json().connections;
  expect(await list()).toEqual([{ ...base, state: 'online' }]);
  expect(await list()).toEqual([{ ...base, state: 'online' }]);
  expect(seen).toEqual([]);
  answer = 'OVERLOADED';
  expect(await list()).toEqual([{ ...base, state: 'slow' }]);
  answer = 'none';
  expect(await list()).toEqual([{ ...base, state: 'offline' }]);
  const states = seen.map((event) => event.type === 'connectionChanged' && event.connection.state);
  expect(states).toEqual(['slow', 'offline']);
  await server.close();
});
