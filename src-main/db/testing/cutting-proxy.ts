import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** When a connection is cut that sends a commit: before the server has it, or before its answer arrives. */
export type Cut = 'before' | 'after';

/** The message that commits, as the protocol has it: `Q`, length, text, NUL. */
const commit = Buffer.from('Q\0\0\0\u000Bcommit\0', 'latin1');

/** Stands between a program and its server, and cuts connections at the worst moments. */
export async function startCuttingProxy(target: { host: string; port: number }) {
  const cuts: Cut[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    let isAnswerAwaited = false;
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (data) => {
      const cut = data.equals(commit) ? cuts.shift() : undefined;
      if (cut === 'before') return void near.destroy();
      isAnswerAwaited = cut === 'after';
      far.write(data);
    });
    far.on('data', (data) => (isAnswerAwaited ? near.destroy() : near.write(data)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    /** The next commits are cut so, one after the other. */
    cutNext: (...next: readonly Cut[]) => void cuts.push(...next),
    get cutsLeft() {
      return cuts.length;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
