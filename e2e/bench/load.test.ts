import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { inTurn, load, wireOf } from './load.ts';

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<number> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('load', () => {
  const short = { durationMs: 200, concurrency: 4, callers: 8 };

  it('counts every answer and hands it to who asked', async () => {
    const port = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => response.end(`${String(request.headers['apikey'])} ${body}`));
    });
    const bodies: string[] = [];
    const calls = [1, 2].map((n) => ({
      wire: wireOf('POST', '/', { port, apiKey: `key ${n}`, body: { n: 'ö'.repeat(n) } }),
      done: ({ body }: { readonly body: string }) => void bodies.push(body),
    }));
    const { answers } = await load({ ...short, port, next: inTurn(calls) });
    expect(answers).toBe(bodies.length);
    expect(new Set(bodies)).toEqual(new Set(['key 1 {"n":"ö"}', 'key 2 {"n":"öö"}']));
  });

  it('reads an answer that comes in pieces', async () => {
    const text = 'x'.repeat(100_000);
    const port = await serve((_request, response) => {
      response.setHeader('content-length', text.length);
      response.write(text.slice(0, 10));
      setImmediate(() => response.end(text.slice(10)));
    });
    const bodies = new Set<string>();
    const call = {
      wire: wireOf('GET', '/', { port }),
      done: ({ body }: { readonly body: string }) => void bodies.add(body),
    };
    await load({ ...short, port, next: () => call });
    expect([...bodies]).toEqual([text]);
  });

  it('ends at a refusal with what it said', async () => {
    const port = await serve((_request, response) => {
      response.statusCode = 429;
      response.end('too fast');
    });
    const call = { wire: wireOf('GET', '/', { port }) };
    await expect(load({ ...short, port, next: () => call })).rejects.toThrow('429 too fast');
  });

  it('keeps to a pace, and ends when there is nothing more to ask', async () => {
    const port = await serve((_request, response) => response.end('ok'));
    const wire = wireOf('GET', '/', { port });
    const paced = await load({ ...short, port, perSecond: 100, next: () => ({ wire }) });
    expect(paced.answers).toBeGreaterThan(0);
    expect(paced.answers).toBeLessThanOrEqual(25);
    let left = 5;
    const next = () => (left-- > 0 ? { wire } : undefined);
    const few = await load({ ...short, durationMs: 60_000, port, next });
    expect(few.answers).toBe(5);
  });
});
