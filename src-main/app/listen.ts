import { createServer } from 'node:net';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { StartError } from './start-error.ts';

export interface ListenRequest {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** What listens there, for the sentence when it is taken: "horde", "interface". */
  readonly purpose: string;
  /** A sentence on whose default the port is (empty for none), and the option that changes it. */
  readonly owner: string;
  readonly option: string;
  /** A port that the person did not choose may give way to a free one. */
  readonly mayMove: boolean;
}

export interface Listening {
  readonly port: number;
  /** Where this computer itself reaches it. */
  readonly url: string;
  readonly moved: boolean;
}

/**
 * Listens and says where. A taken port that the person chose is a StartError that offers a free
 * one; a taken default gives way to a free port when `mayMove` says so.
 * @throws StartError port_in_use
 */
export async function listen(server: AppFastify, request: ListenRequest): Promise<Listening> {
  try {
    await server.listen({ host: request.host, port: request.port });
    return { ...placeOf(server), moved: false };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    const free = await freePort(request.host);
    if (!request.mayMove) {
      throw new StartError(
        'port_in_use',
        `Port ${request.port} for the ${request.purpose} is taken. ${request.owner === '' ? '' : `${request.owner} `}Close the other program, or start with ${request.option} ${free} (free now).`,
        { port: request.port, free_port: free, purpose: request.purpose },
        error,
      );
    }
    await server.listen({ host: request.host, port: free });
    return { ...placeOf(server), moved: true };
  }
}

function placeOf(server: AppFastify): Pick<Listening, 'port' | 'url'> {
  const bound = server.server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the listener has no port');
  const { address, port } = bound;
  if (address === '0.0.0.0' || address === '::') return { port, url: `http://127.0.0.1:${port}` };
  return { port, url: `http://${address.includes(':') ? `[${address}]` : address}:${port}` };
}

/** A port that nothing uses now, from the system's own range. */
export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
