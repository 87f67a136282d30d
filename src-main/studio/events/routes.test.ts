import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppFastify, createFastify } from '#main/server/fastify-base.ts';
import { createEventHub, type EventHub, eventRoutes } from './index.ts';

let hub: EventHub;
let server: AppFastify;
let address: string;

beforeEach(async () => {
  hub = createEventHub({ launchId: 'a' });
  server = createFastify({ log: pino({ level: 'silent' }), unknownKeys: 'refuse' });
  eventRoutes(hub, { heartbeatMs: 20 })(server);
  address = await server.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  await server.close();
});

/** Opens the stream and gives a function that reads on until the text has what is waited for. */
async function open(headers: Record<string, string> = {}) {
  const response = await fetch(`${address}/app/events`, { headers });
  if (!response.body) throw new Error('the stream has no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    reader,
    readUntil: async (expected: string): Promise<string> => {
      while (!text.includes(expected)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`ended before ${expected}: ${text}`);
        text += value;
      }
      return text;
    },
  };
}

describe('/app/events', () => {
  it('sends events as they happen, with beats between', async () => {
    const stream = await open();
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    await stream.readUntil('id: a-0\n\n');
    hub.publish({ type: 'creationRemoved', id: 'x' });
    const text = await stream.readUntil('"id":"x"}\n\n');
    expect(text).toContain('id: a-1\ndata: {"type":"creationRemoved","id":"x"}\n\n');
    await stream.readUntil(': beat\n\n');
    await stream.reader.cancel();
  });

  it('resumes after the last event that was received', async () => {
    for (const id of ['x', 'y', 'z']) hub.publish({ type: 'creationRemoved', id });
    const stream = await open({ 'last-event-id': 'a-1' });
    const text = await stream.readUntil('id: a-3\n\n');
    expect(text).not.toContain('"id":"x"');
    expect(text.indexOf('"id":"y"')).toBeLessThan(text.indexOf('"id":"z"'));
    await stream.reader.cancel();
  });

  it('tells a stream of an earlier launch to read everything again', async () => {
    const stream = await open({ 'last-event-id': 'earlier-7' });
    expect(await stream.readUntil('"resync"}\n\n')).toContain('id: a-0\ndata: {"type":"resync"}\n\n');
    await stream.reader.cancel();
  });

  it('ends when the listener closes', async () => {
    const stream = await open();
    await stream.readUntil('id: a-0\n\n');
    const ended = (async () => {
      for (;;) if ((await stream.reader.read()).done) return true;
    })();
    await server.close();
    expect(await ended).toBe(true);
  });
});
