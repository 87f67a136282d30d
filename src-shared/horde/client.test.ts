import { describe, expect, it } from 'vitest';
import { ProblemError } from '../common/problem.ts';
import {
  createHordeClient,
  HordeAnswerError,
  type HordeSendAnswer,
  type HordeSendRequest,
  HordeUnreachableError,
} from './client.ts';

function clientAnswering(status: number, body: unknown) {
  const sent: HordeSendRequest[] = [];
  const client = createHordeClient({
    send: (request): Promise<HordeSendAnswer> => {
      sent.push(request);
      return Promise.resolve({
        status,
        headers: {},
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
    baseUrl: 'http://127.0.0.1:7001/',
    apiKey: 'k'.repeat(22),
    clientAgent: 'Test:1:none',
  });
  return { client, sent };
}

describe('createHordeClient', () => {
  it('sends key, agent and body to the path of the operation', async () => {
    const { client, sent } = clientAnswering(202, { id: 'a', kudos: 8, message: 'soon' });
    expect(await client.generateAsync({ prompt: 'a yurt' })).toEqual({ id: 'a', kudos: 8, message: 'soon' });
    expect(sent).toEqual([
      {
        method: 'POST',
        url: 'http://127.0.0.1:7001/api/v2/generate/async',
        headers: {
          apikey: 'k'.repeat(22),
          'client-agent': 'Test:1:none',
          accept: 'application/json',
          'content-type': 'application/json',
        },
        body: '{"prompt":"a yurt"}',
      },
    ]);
  });

  it('sends a GET without a body, with encoded path and query', async () => {
    const { client, sent } = clientAnswering(200, []);
    await client.statusModels({ type: 'image', min_count: 1 });
    expect(sent[0]?.url).toBe('http://127.0.0.1:7001/api/v2/status/models?type=image&min_count=1');
    expect(sent[0]).not.toHaveProperty('body');
    const check = clientAnswering(404, { message: 'none', rc: 'RequestNotFound' });
    await expect(check.client.generateCheck('../x')).rejects.toThrow('none');
    expect(check.sent[0]?.url).toBe('http://127.0.0.1:7001/api/v2/generate/check/..%2Fx');
  });

  it('turns a refusal into a ProblemError with status, code and errors', async () => {
    const { client } = clientAnswering(400, { message: 'no', rc: 'BadRequest', errors: { prompt: 'x' } });
    const error = await client.generateAsync({ prompt: '' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status: 400, rc: 'BadRequest', message: 'no', errors: { prompt: 'x' } });
  });

  it.each([
    ['a page of a proxy', 502, '<html>'],
    ['a page where JSON should be', 200, '<html>'],
    ['a missing field', 200, { finished: 1 }],
    ['a field of another type', 200, { message: 'OK', version: 1, queue: 0 }],
  ])('calls %s a wrong answer', async (_name, status, body) => {
    const { client } = clientAnswering(status, body);
    await expect(client.statusHeartbeat()).rejects.toThrow(HordeAnswerError);
  });

  it('keeps unknown keys out of the way', async () => {
    const heartbeat = {
      message: 'OK',
      version: '1',
      queue: 0,
      threads: 1,
      active_count: 0,
      db_connection: true,
    };
    const { client } = clientAnswering(200, { ...heartbeat, news: [] });
    expect(await client.statusHeartbeat()).toMatchObject(heartbeat);
  });

  it('tells a dead network from an abort', async () => {
    const failing = createHordeClient({
      send: () => Promise.reject(new Error('ECONNREFUSED')),
      baseUrl: 'http://127.0.0.1:1',
      apiKey: '0000000000',
      clientAgent: 'Test:1:none',
    });
    await expect(failing.statusHeartbeat()).rejects.toThrow(HordeUnreachableError);
    const stop = new AbortController();
    stop.abort(new Error('closed'));
    await expect(failing.statusHeartbeat(stop.signal)).rejects.toThrow('closed');
  });
});
