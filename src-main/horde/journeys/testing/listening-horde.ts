import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropTestDatabase } from '#main/db/testing/open-test-database.ts';
import { EngineError, type MediaEngine } from '#main/platform/engine-clients.ts';
import { databaseFile, openHorde, someTime, type TestHorde } from '../../testing/open-horde.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  // The journeys read whatever an answer holds.
  readonly body: ReturnType<typeof JSON.parse>;
}

export interface HttpCall {
  readonly method: string;
  /** A path of the horde, or a whole link that it gave. */
  readonly to: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: Buffer | string;
}

/** A horde that listens on a real socket, on a clock that the journey moves. */
export interface ListeningHorde {
  readonly clock: { now: number };
  /** All that it keeps on disk. */
  readonly folder: string;
  readonly horde: TestHorde;
  readonly port: number;
  readonly http: (call: HttpCall) => Promise<HttpAnswer>;
  /** Moves the clock; everything that is due by then happens. */
  readonly wait: (seconds: number) => Promise<void>;
  /** Ends it and starts it again on the same data and port. */
  readonly restart: () => Promise<void>;
  /** How often it was started again. */
  readonly restarts: number;
  readonly close: () => Promise<void>;
}

/** Stands for the media process: what begins like a WebP or a PNG passes as it is. */
const media: MediaEngine = {
  toWebp: (bytes) => {
    const start = Buffer.from(bytes).subarray(0, 12).toString('latin1');
    return start.endsWith('WEBP') || start.startsWith('\x89PNG')
      ? Promise.resolve({ webp: bytes, width: 512, height: 512 })
      : Promise.reject(new EngineError('bad_picture', 'not a picture'));
  },
  thumbnail: () => Promise.reject(new Error('not used')),
  stop: () => Promise.resolve(),
};

type OpenOptions = Pick<Parameters<typeof openHorde>[0], 'media' | 'log'>;

export async function openListening(options: OpenOptions = {}): Promise<ListeningHorde> {
  const folder = await mkdtemp(join(tmpdir(), 'yurt-journey-'));
  const clock = { now: someTime };
  let horde = await openHorde({ folder, clock, media, ...options });
  let agent = new Agent({ keepAlive: true });
  let restarts = 0;
  const listen = async (port: number): Promise<number> => {
    await horde.server.listen({ host: '127.0.0.1', port });
    return (horde.server.server.address() as AddressInfo).port; // listening on TCP
  };
  const port = await listen(0);
  const stop = async (): Promise<void> => {
    agent.destroy();
    await horde.close();
  };
  return {
    clock,
    folder,
    get horde() {
      return horde;
    },
    get restarts() {
      return restarts;
    },
    port,
    http: (call) => send(agent, port, call),
    wait: async (seconds) => {
      clock.now += seconds * 1000;
      await horde.sweep();
    },
    restart: async () => {
      const key = horde.ownerKey;
      await stop();
      agent = new Agent({ keepAlive: true });
      horde = await openHorde({ folder, clock, key, media, ...options });
      await listen(port);
      restarts += 1;
    },
    close: async () => {
      await stop();
      await dropTestDatabase(join(folder, databaseFile));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function send(agent: Agent, port: number, { method, to, headers, payload }: HttpCall): Promise<HttpAnswer> {
  const url = new URL(to, `http://127.0.0.1:${port}`);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, agent, headers: { ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const isJson = answer.headers['content-type']?.startsWith('application/json') === true;
        const body: unknown = isJson ? JSON.parse(bytes.toString()) : undefined;
        resolve({ status: answer.statusCode ?? 0, bytes, headers: answer.headers, body });
      });
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}
