import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';

/** A server that keeps core's contract of /app/events, with faults at a test's wish. */
export interface CoreServer {
  readonly url: string;
  /** What GET answers at a path. */
  readonly answers: Map<string, unknown>;
  /** Number of GETs by path, and the `Last-Event-ID` of each stream. */
  readonly seen: { readonly gets: Map<string, number>; readonly resumedFrom: (string | undefined)[] };
  /** Answers 401 to everything, as after a new start of core. */
  isSignedOut: boolean;
  /** Keeps answers to GET of a path back until the function returned is called. */
  hold(path: string): () => void;
  publish(event: StudioEvent): void;
  /** Ends the open streams; the server goes on. */
  dropStreams(): void;
  /** Forgets the events sent so far, as a new start does. */
  forget(): void;
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

interface Sent {
  readonly number: number;
  readonly event: StudioEvent;
}

/** Starts a server on a free port of loopback. */
export async function startCoreServer(): Promise<CoreServer> {
  const streams = new Set<FastifyReply>();
  const seen = { gets: new Map<string, number>(), resumedFrom: [] as (string | undefined)[] };
  const answers = new Map<string, unknown>();
  const held = new Map<string, Promise<void>>();
  let sent: Sent[] = [];
  let launch = 1;
  let count = 0;
  let port = 0;
  let app: FastifyInstance | undefined;

  const idOf = (number: number): string => `${launch}-${number}`;
  const frame = ({ number, event }: Sent): string =>
    `id: ${idOf(number)}\ndata: ${JSON.stringify(event)}\n\n`;
  const missed = (lastEventId: string | undefined): string => {
    if (lastEventId === undefined) return '';
    const [of, number] = lastEventId.split('-');
    if (of !== String(launch)) return frame({ number: count, event: { type: 'resync' } });
    return sent
      .filter((one) => one.number > Number(number))
      .map(frame)
      .join('');
  };

  const listen = async (): Promise<void> => {
    const server = Fastify();
    server.addHook('onRequest', async (_request, reply) => {
      if (core.isSignedOut) await reply.code(401).send({ message: 'No.', rc: 'NotSignedIn' });
    });
    server.get(appRoutes.events, (request, reply) => {
      const lastEventId = request.headers['last-event-id']?.toString();
      seen.resumedFrom.push(lastEventId);
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.raw.write(`${missed(lastEventId)}id: ${idOf(count)}\n\n`);
      streams.add(reply);
      reply.raw.on('close', () => streams.delete(reply));
    });
    server.get('/*', async (request, reply) => {
      const path = request.url;
      seen.gets.set(path, (seen.gets.get(path) ?? 0) + 1);
      const answer = answers.get(path);
      await held.get(path);
      if (answer === undefined) return reply.code(404).send({ message: 'Nothing here.', rc: 'NotFound' });
      return answer;
    });
    port = Number(new URL(await server.listen({ host: '127.0.0.1', port })).port);
    app = server;
  };

  const core: CoreServer = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    answers,
    seen,
    isSignedOut: false,
    hold: (path) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(path, promise);
      return () => {
        held.delete(path);
        resolve();
      };
    },
    publish: (event) => {
      count += 1;
      const one = { number: count, event };
      sent.push(one);
      for (const stream of streams) stream.raw.write(frame(one));
    },
    dropStreams: () => {
      for (const stream of streams) stream.raw.destroy();
    },
    forget: () => {
      launch += 1;
      count = 0;
      sent = [];
    },
    stop: async () => {
      for (const stream of streams) stream.raw.destroy();
      await app?.close();
      app = undefined;
    },
    start: listen,
  };
  await listen();
  return core;
}
