import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createGuardedFetch,
  FetchRefusedError,
  type GuardedCall,
  type GuardedFetchOptions,
} from './index.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let ca: string;
let here: string;
let calls: string[];
let answer: Handler;

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'horde.test' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'horde.test' }] },
    ],
  });
  ca = made.cert;
  server = createServer({ key: made.private, cert: made.cert }, (request, response) => {
    calls.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  here = `horde.test:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  calls = [];
  answer = (_request, response) => response.end('a picture');
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const loopback = () => Promise.resolve(['127.0.0.1']);
const listed = (extra: GuardedFetchOptions = {}) =>
  createGuardedFetch({ allowed: [here], ca: [ca], resolve: loopback, ...extra });
const get = (url: string, options: GuardedFetchOptions = {}, call: Partial<GuardedCall> = {}) =>
  listed(options)(url, { maxBytes: 1000, ...call });
const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fetched',
    (error: unknown) => (error instanceof FetchRefusedError ? error.kind : error),
  );

describe('the guarded fetcher', () => {
  it('fetches from a listed host and port with a certificate it was told of', async () => {
    const found = await get(`https://${here}/pic`);
    expect({ status: found.status, text: Buffer.from(found.bytes).toString() }).toEqual({
      status: 200,
      text: 'a picture',
    });
  });

  it('refuses loopback without a list, as the product starts', async () => {
    const plain = createGuardedFetch({ resolve: loopback, ca: [ca] });
    expect(await kindOf(plain(`https://${here}/`, { maxBytes: 10 }))).toBe('target');
    expect(calls).toEqual([]);
  });

  it('believes no certificate that it was not told of', async () => {
    const stranger = createGuardedFetch({ allowed: [here], resolve: loopback });
    expect(await kindOf(stranger(`https://${here}/`, { maxBytes: 10 }))).toBe('unreachable');
    expect(calls).toEqual([]);
  });

  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://example.com:8443/',
    'https://',
    'not a url',
    'file:///etc/passwd',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0.0.0.0/',
    'https://10.1.2.3/',
    'https://100.64.0.1/',
    'https://192.0.2.1/',
    'https://255.255.255.255/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://[ff02::1]/',
  ])('does not call %s', async (url) => {
    expect(await kindOf(get(url))).toBe('target');
  });

  it.each([
    ['localhost', ['127.0.0.1', '::1']],
    ['localhost.', ['127.0.0.1']],
    ['rebound.example', ['93.184.216.34', '192.168.1.1']],
    ['mine.example', ['93.184.216.34']],
  ])('does not call %s, which stands for %s', async (host, addresses) => {
    const resolve = () => Promise.resolve(addresses);
    const ownAddresses = () => ['93.184.216.34'];
    expect(await kindOf(get(`https://${host}/`, { resolve, ownAddresses }))).toBe('target');
  });

  it('connects to the address that it vetted, whatever the name says later', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const resolve = () => Promise.resolve(answers.shift() ?? []);
    expect((await get(`https://${here}/`, { resolve })).status).toBe(200);
    expect(answers).toHaveLength(1);
  });

  it('vets every redirect', async () => {
    answer = (_request, response) => response.writeHead(302, { location: 'https://169.254.169.254/' }).end();
    expect(await kindOf(get(`https://${here}/`))).toBe('target');
  });

  it('follows three redirects and no more', async () => {
    answer = ({ url }, response) => {
      const step = Number(url?.slice(1));
      if (step === 0) response.end('there');
      else response.writeHead(307, { location: `/${step - 1}` }).end();
    };
    expect((await get(`https://${here}/3`)).status).toBe(200);
    expect(await kindOf(get(`https://${here}/4`))).toBe('redirects');
  });

  it('hands a redirect back where none is to be followed', async () => {
    answer = (_request, response) => response.writeHead(302, { location: '/other' }).end();
    expect((await get(`https://${here}/`, {}, { maxRedirects: 0 })).status).toBe(302);
    expect(calls).toEqual(['GET /']);
  });

  it('gives up what says that it is too large, and what becomes so', async () => {
    answer = (_request, response) => response.writeHead(200, { 'content-length': 10 * 2 ** 30 }).end();
    expect(await kindOf(get(`https://${here}/`))).toBe('too_large');
    answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    };
    expect(await kindOf(get(`https://${here}/`))).toBe('too_large');
  });

  it('gives up what drips', async () => {
    answer = (_request, response) => void response.write('a');
    expect(await kindOf(get(`https://${here}/`, {}, { timeoutMs: 50 }))).toBe('timeout');
  });

  it('waits for no name that does not resolve in time', async () => {
    const resolve = () => new Promise<string[]>(() => undefined);
    expect(await kindOf(get(`https://${here}/`, { resolve }, { timeoutMs: 50 }))).toBe('timeout');
  });

  it('calls nobody but the targets of a call that names them', async () => {
    const call = { onlyTo: [here], method: 'POST' as const, body: '{}' };
    expect((await get(`https://${here}/hook`, {}, call)).status).toBe(200);
    expect(await kindOf(get('https://93.184.216.34/hook', {}, call))).toBe('target');
    expect(calls).toEqual(['POST /hook']);
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    answer = () => caller.abort(new Error('the caller has gone'));
    const work = get(`https://${here}/`, {}, { signal: caller.signal });
    await expect(work).rejects.toThrow('the caller has gone');
  });
});
