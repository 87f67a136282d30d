import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitSockets, socketsPerAddress } from './horde-sockets.ts';

/** An address of this computer that is not loopback: a call to it comes from it. */
const outer = Object.values(networkInterfaces())
  .flat()
  .find((it) => it && !it.internal && it.family === 'IPv4')?.address;
const why = outer === undefined ? ' (skipped: this computer has no network)' : '';

let server: Server;
let port: number;
let sockets: Socket[];
beforeEach(async () => {
  sockets = [];
  server = createServer((_request, response) => response.end('here'));
  limitSockets(server);
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  port = (server.address() as AddressInfo).port; // listening on TCP
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Whether a new socket is served. */
function isServed(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    sockets.push(socket);
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
    socket.on('data', () => resolve(true));
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  });
}

describe('sockets of one address', () => {
  it.skipIf(outer === undefined)(`are at most 64 at a time${why}`, async () => {
    const host = outer ?? '';
    for (let count = 0; count < socketsPerAddress; count += 1) expect(await isServed(host)).toBe(true);
    expect(await isServed(host)).toBe(false);
    expect(await isServed('127.0.0.1')).toBe(true);
    sockets[0]?.destroy();
    await expect
      .poll(async () => {
        await delay(5);
        return isServed(host);
      })
      .toBe(true);
  });

  it('of this computer are as many as it wants', async () => {
    const served = await Promise.all(Array.from({ length: 200 }, () => isServed('127.0.0.1')));
    expect(served.every(Boolean)).toBe(true);
  });
});
