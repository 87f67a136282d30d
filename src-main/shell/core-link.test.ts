import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { defaultSettings } from '#shared/studio/settings/schema.ts';
import { workerOff, type WorkerState, type WorkerStatus } from '#shared/studio/worker/schema.ts';
import { type CoreLink, type CoreView, openCoreLink } from './core-link.ts';

const workerIn = (state: WorkerState): WorkerStatus => ({ ...workerOff, state });
const until = { timeout: 5_000, interval: 5 };

/** Core as the link sees it: the sign-in, two values and the stream, with a launch that can change. */
let server: Server;
let origin: string;
let launch: number;
let worker: WorkerStatus;
let streams: Set<ServerResponse>;
let minted: number;
let link: CoreLink;
let views: CoreView[];

function answer(request: IncomingMessage, response: ServerResponse): void {
  const json = (value: unknown): void => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  };
  if (request.url?.startsWith('/?s=')) {
    response.writeHead(303, { location: '/', 'set-cookie': `yurt=${launch}; HttpOnly; Path=/` }).end();
  } else if (request.headers.cookie !== `yurt=${launch}`) {
    response.writeHead(401).end();
  } else if (request.url === '/app/events') {
    streams.add(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    response.write(': beat\n\nretry: 1000\nid: a-0\n\n');
  } else if (request.url === '/app/worker') json(worker);
  else if (request.url === '/app/worker/pause') json((worker = workerIn('paused')));
  else if (request.url === '/app/settings') json(defaultSettings);
  else response.writeHead(404).end();
}

function send(event: StudioEvent): void {
  const frame = `id: a-1\ndata: ${JSON.stringify(event)}\n\n`;
  // Cut in two, as a network may.
  for (const stream of streams) {
    stream.write(frame.slice(0, 20));
    stream.write(frame.slice(20));
  }
}

function breakStreams(): void {
  for (const stream of streams) stream.destroy();
  streams.clear();
}

beforeEach(async () => {
  launch = 1;
  minted = 0;
  worker = workerIn('idle');
  streams = new Set();
  views = [];
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `http://127.0.0.1:${address.port}`;
  link = openCoreLink({
    mintLink: async () => `${origin}/?s=${++minted}`,
    onChange: (view) => views.push(view),
    retryMs: 5,
  });
  await vi.waitUntil(() => link.view.settings !== undefined, until);
});

afterEach(async () => {
  await link.close();
  breakStreams();
  server.close();
});

describe('openCoreLink', () => {
  it('shows what core has, and each change of it', async () => {
    expect(link.view.worker?.state).toBe('idle');
    send({ type: 'workerChanged', worker: workerIn('working') });
    send({ type: 'settingsChanged', settings: { ...defaultSettings, closeToTray: true } });
    await expect.poll(() => link.view.settings?.closeToTray, until).toBe(true);
    expect(link.view.worker?.state).toBe('working');
    expect(views.at(-1)).toEqual(link.view);
  });

  it('changes what it is told to and shows the answer', async () => {
    await link.pauseWorker();
    expect(link.view.worker?.state).toBe('paused');
    await expect(link.galleryImage('none')).rejects.toThrow('404');
    expect(minted).toBe(1);
  });

  it('shows nothing while core is away, then reads everything again with the same session', async () => {
    worker = workerIn('working');
    breakStreams();
    await expect.poll(() => link.view.worker?.state, until).toBe('working');
    expect(views).toContainEqual({ worker: undefined, settings: undefined });
  });

  it('reads everything again when events are lost', async () => {
    worker = workerIn('error');
    send({ type: 'resync' });
    await expect.poll(() => link.view.worker?.state, until).toBe('error');
  });

  it('signs in anew at another launch of core', async () => {
    launch = 2;
    worker = workerIn('paused');
    breakStreams();
    await expect.poll(() => link.view.worker?.state, until).toBe('paused');
    expect(minted).toBeGreaterThan(1);
  });

  it('goes on after what is no event of the contract', async () => {
    for (const stream of streams) stream.write('data: {"type":"workerChanged"}\n\ndata: {"type":"new"}\n\n');
    send({ type: 'workerChanged', worker: workerIn('paused') });
    await expect.poll(() => link.view.worker?.state, until).toBe('paused');
  });

  it('ends at once, in the middle of a stream', async () => {
    await link.close();
    const count = views.length;
    breakStreams();
    expect(views).toHaveLength(count);
  });
});
