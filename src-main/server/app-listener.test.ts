import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Type } from 'typebox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAppListener } from './app-listener.ts';
import { type AppSession, createAppSession } from './app-session.ts';
import type { AppFastify } from './fastify-base.ts';

const html = 'text/html,application/xhtml+xml';

let folder: string;
let session: AppSession;
let server: AppFastify;
let port: number;
let writes: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-listener-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<p>the interface</p>');
  writeFileSync(join(folder, 'assets', 'main-1a2b.js'), 'export {};');
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  session = createAppSession({ randomBytes });
  writes = 0;
  server = await createAppListener({
    log: pino({ level: 'silent' }),
    rendererDir: folder,
    session,
    features: [
      (app) => {
        app.get('/app/thing', () => ({ ok: true }));
        app.post('/app/thing', { schema: { body: Type.Object({ n: Type.Integer() }) } }, () => {
          writes += 1;
          return { ok: true };
        });
      },
    ],
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const signedIn = (): Record<string, string> => ({
  cookie: `${session.cookie.name}=${session.cookie.value}`,
});

describe('the one-time link', () => {
  it('is exchanged once for the cookie and leads to the interface', async () => {
    const link = `/?s=${session.mintLink()}`;
    expect((await ask('HEAD', link)).status).toBe(401);
    const first = await ask('GET', link);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/');
    const cookie = first.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toContain(`${session.cookie.name}=${session.cookie.value}`);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).toMatch(/Path=\/(;|$)/);
    const page = await ask('GET', '/', { accept: html, cookie: cookie.split(';')[0] ?? '' });
    expect([page.status, page.body]).toEqual([200, '<p>the interface</p>']);
    const second = await ask('GET', link);
    expect(second.status).toBe(401);
    expect(second.headers['set-cookie']).toBeUndefined();
  });

  it('leads a browser that is signed in to the interface even when it is spent', async () => {
    expect((await ask('GET', '/?s=spent', signedIn())).status).toBe(303);
  });

  it('is minted anew for whoever holds the control token', async () => {
    const refused = await ask('POST', '/instance/link', { authorization: 'Bearer wrong' });
    expect(refused.status).toBe(401);
    expect((await ask('POST', '/instance/link', signedIn())).status).toBe(401);
    const answer = await ask('POST', '/instance/link', { authorization: `Bearer ${session.control}` });
    const { link } = JSON.parse(answer.body) as { link: string };
    expect(link.startsWith(`http://127.0.0.1:${port}/?s=`)).toBe(true);
    expect((await ask('GET', link.slice(link.indexOf('/?')))).status).toBe(303);
  });
});

describe('without the cookie', () => {
  it.each(['/app/thing', '/app/nothing', '/assets/main-1a2b.js', '/icon.svg', '/%61pp/thing', '//app/thing'])(
    'answers %s with a problem',
    async (path) => {
      const answer = await ask('GET', path);
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.body)).toMatchObject({ rc: 'NotSignedIn' });
    },
  );

  it('shows browsers a page that says what to do', async () => {
    for (const path of ['/', '/gallery', '/index.html']) {
      const answer = await ask('GET', path, { accept: html });
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('own link');
    }
  });

  it('takes neither another launch’s cookie nor the value under another name', async () => {
    const other = createAppSession({ randomBytes });
    for (const cookie of [
      `${other.cookie.name}=${other.cookie.value}`,
      `${session.cookie.name}=${other.cookie.value}`,
      `yurt=${session.cookie.value}`,
    ]) {
      expect((await ask('GET', '/app/thing', { cookie })).status).toBe(401);
    }
  });
});

describe('requests from elsewhere', () => {
  const ownHosts = () => [`127.0.0.1:${port}`, `localhost:${port}`];

  it('accepts its own names with its own port', async () => {
    for (const host of ownHosts()) {
      expect((await ask('GET', '/app/thing', { ...signedIn(), host })).status).toBe(200);
    }
  });

  it('answers any other Host with 421 and nothing else, on every route', async () => {
    const foreign = ['evil.example', `evil.example:${port}`, `0.0.0.0:${port}`, 'localhost', 'localhost:1'];
    for (const host of [...foreign, `localhost.evil.example:${port}`]) {
      for (const path of ['/', '/app/thing', '/nothing', `/?s=${session.mintLink()}`]) {
        const answer = await ask('GET', path, { ...signedIn(), host });
        expect([host, answer.status, answer.body]).toEqual([host, 421, '']);
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
    }
  });

  it('refuses two Host headers and none', async () => {
    const heads = [`Host: localhost:${port}\r\nHost: evil.example\r\n`, ''];
    for (const head of heads) {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(`GET /app/thing HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
        });
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('end', () => resolve(text));
        socket.on('error', reject);
      });
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
    }
  });

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'https://127.0.0.1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('lets no other page write: %o', async (headers) => {
    const json = { ...signedIn(), 'content-type': 'application/json' };
    const answer = await ask(
      'POST',
      '/app/thing',
      { ...json, ...headers } as Record<string, string>,
      '{"n":1}',
    );
    expect(answer.status).toBe(403);
    expect(writes).toBe(0);
  });

  it('lets its own page write, as JSON only', async () => {
    const own = { ...signedIn(), origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
    const types = ['text/plain', 'application/x-www-form-urlencoded'];
    for (const type of types) {
      expect((await ask('POST', '/app/thing', { ...own, 'content-type': type }, '{"n":1}')).status).toBe(415);
    }
    expect(writes).toBe(0);
    const answer = await ask('POST', '/app/thing', { ...own, 'content-type': 'application/json' }, '{"n":1}');
    expect([answer.status, writes]).toEqual([200, 1]);
  });
});

describe('what it serves', () => {
  it('carries the security headers on every answer, refusals included', async () => {
    const answers = await Promise.all([
      ask('GET', '/app/thing', signedIn()),
      ask('GET', '/app/thing'),
      ask('GET', '/', { accept: html }),
      ask('GET', '/', { host: 'evil.example' }),
      ask('GET', '/assets/main-1a2b.js', signedIn()),
    ]);
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toContain("script-src 'self'; connect-src 'self'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('lets browsers keep hashed assets for good and the rest not at all', async () => {
    const asset = await ask('GET', '/assets/main-1a2b.js', signedIn());
    expect(asset.headers['cache-control']).toContain('immutable');
    expect(asset.headers['content-type']).toContain('javascript');
    for (const path of ['/', '/index.html', '/icon.svg', '/app/thing']) {
      expect((await ask('GET', path, signedIn())).headers['cache-control']).toBe('no-store');
    }
  });

  it('answers screens with the interface, unknown data and files with 404', async () => {
    const screen = await ask('GET', '/gallery/deep', { ...signedIn(), accept: html });
    expect([screen.status, screen.body]).toEqual([200, '<p>the interface</p>']);
    for (const path of ['/app/nothing', '/instance/nothing']) {
      expect((await ask('GET', path, { ...signedIn(), accept: html })).status).toBe(404);
    }
    expect((await ask('GET', '/assets/gone.js', signedIn())).status).toBe(404);
    expect((await ask('GET', '/..%2f..%2fetc%2fpasswd', signedIn())).status).not.toBe(200);
  });
});
