// @vitest-environment node
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, callApp } from './client.ts';

let server: FastifyInstance;

beforeEach(async () => {
  server = Fastify();
  server.post('/app/echo', (request) => ({ body: request.body, type: request.headers['content-type'] }));
  server.get('/app/plain', (request) => ({ type: request.headers['content-type'] ?? null }));
  server.delete('/app/thing', (_request, reply) => reply.code(204).send());
  server.get('/app/refused', (_request, reply) =>
    reply.code(400).send({ message: 'No.', rc: 'InvalidSize', errors: { width: 'too wide' } }),
  );
  server.get('/app/broken', (_request, reply) => reply.code(502).type('text/html').send('<h1>Bad</h1>'));
  server.get('/app/slow', () => new Promise(() => undefined));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const reach = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => reach(new URL(path, url), init));
});

afterEach(async () => {
  vi.unstubAllGlobals();
  server.server.closeAllConnections();
  await server.close();
});

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('callApp', () => {
  it('sends and reads JSON', async () => {
    expect(await callApp('POST', '/app/echo', { body: { prompt: 'ä' } })).toEqual({
      body: { prompt: 'ä' },
      type: 'application/json',
    });
  });

  it('names no type when there is no body, which core would refuse', async () => {
    expect(await callApp('GET', '/app/plain')).toEqual({ type: null });
  });

  it('gives nothing for an answer without content', async () => {
    expect(await callApp('DELETE', '/app/thing')).toBeUndefined();
  });

  it('throws the refusal with code, words and fields', async () => {
    const error = await failureOf(callApp('GET', '/app/refused'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 400,
      code: 'InvalidSize',
      message: 'No.',
      errors: { width: 'too wide' },
    });
  });

  it('throws by status when the answer is no problem of core', async () => {
    expect(await failureOf(callApp('GET', '/app/broken'))).toMatchObject({ status: 502, code: 'http_502' });
  });

  it('says that core cannot be reached', async () => {
    await server.close();
    expect(await failureOf(callApp('GET', '/app/plain'))).toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('passes an abort on as it is, not as a fault of core', async () => {
    const controller = new AbortController();
    const failure = failureOf(callApp('GET', '/app/slow', { signal: controller.signal }));
    controller.abort();
    expect(await failure).toMatchObject({ name: 'AbortError' });
  });
});
