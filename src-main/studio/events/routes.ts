import { PassThrough } from 'node:stream';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import type { EventHub, SentEvent } from './hub.ts';

/** Bytes that may wait for a reader that does not read; then it is cut off and resumes by id. */
const maxWaitingBytes = 4 * 1024 * 1024;
/** Wait of a browser before it opens a lost stream again. */
const retryMs = 1000;

/** The stream of events (`text/event-stream`); ends when the listener closes. */
export function eventRoutes(hub: EventHub, options: { heartbeatMs?: number } = {}) {
  return (app: AppFastify): void => {
    const open = new Set<PassThrough>();
    app.addHook('preClose', async () => {
      for (const stream of open) stream.end();
    });
    app.get(appRoutes.events, (request, reply) => {
      const lastEventId = request.headers['last-event-id'];
      const stream = openStream(hub, typeof lastEventId === 'string' ? lastEventId : undefined, options);
      open.add(stream);
      stream.once('close', () => open.delete(stream));
      return reply.header('cache-control', 'no-store').type('text/event-stream; charset=utf-8').send(stream);
    });
  };
}

function openStream(
  hub: EventHub,
  lastEventId: string | undefined,
  { heartbeatMs = 15_000 }: { heartbeatMs?: number },
): PassThrough {
  const stream = new PassThrough();
  const write = (text: string): void => {
    if (stream.writableEnded) return;
    if (stream.writableLength + stream.readableLength > maxWaitingBytes) stream.destroy();
    else stream.write(text);
  };
  const subscription = hub.subscribe((sent) => write(frameOf(sent)), lastEventId);
  const heartbeat = setInterval(() => write(': beat\n\n'), heartbeatMs);
  stream.once('close', () => {
    clearInterval(heartbeat);
    subscription.unsubscribe();
  });
  for (const sent of subscription.missed) write(frameOf(sent));
  // An id without data is no event, but a reader that loses the stream now resumes from it.
  write(`retry: ${retryMs}\nid: ${subscription.currentId}\n\n`);
  return stream;
}

function frameOf({ id, event }: SentEvent): string {
  return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
}
