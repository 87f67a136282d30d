import { createServer } from 'node:net';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createFastify } from '#main/server/fastify-base.ts';
import { freePort, listen } from './listen.ts';

const request = {
  host: '127.0.0.1',
  purpose: 'horde',
  owner: 'It is the default of AI Horde servers.',
  option: '--horde-port',
};
const server = () => createFastify({ log: pino({ level: 'silent' }), unknownKeys: 'drop' });

async function occupy(): Promise<{ port: number; free(): Promise<void> }> {
  const port = await freePort('127.0.0.1');
  const blocker = createServer().listen(port, '127.0.0.1');
  await once(blocker, 'listening');
  return {
    port,
    free: async () => {
      blocker.close();
      await once(blocker, 'close');
    },
  };
}

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);
/** Not every computer has them. */
const fewHave = [...(hasIpv6 ? ['::', '::1'] : []), ...(process.platform === 'linux' ? ['127.0.0.2'] : [])];

describe('listen', () => {
  it('takes any free port for 0', async () => {
    const api = server();
    const { port, moved } = await listen(api, { ...request, port: 0, mayMove: false });
    expect(port).toBeGreaterThan(0);
    expect(moved).toBe(false);
    await api.close();
  });

  it.each(['127.0.0.1', '0.0.0.0', ...fewHave])(
    'on %s is reached at the address that it gives',
    async (host) => {
      const api = server();
      api.get('/', () => 'here');
      const { url } = await listen(api, { ...request, host, port: 0, mayMove: false });
      expect(await (await fetch(url)).text()).toBe('here');
      await api.close();
    },
  );

  it('says whose default a taken port is and offers a free one', async () => {
    const taken = await occupy();
    const api = server();
    await expect(listen(api, { ...request, port: taken.port, mayMove: false })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringMatching(/default of AI Horde servers.*--horde-port \d+/s),
      details: { port: taken.port, purpose: 'horde' },
    });
    await api.close();
    await taken.free();
  });

  it('moves to a free port when nobody chose the taken one', async () => {
    const taken = await occupy();
    const api = server();
    const { port, moved } = await listen(api, { ...request, port: taken.port, mayMove: true });
    expect(moved).toBe(true);
    expect(port).not.toBe(taken.port);
    await api.close();
    await taken.free();
  });
});
