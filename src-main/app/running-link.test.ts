import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkOfRunning } from './running-link.ts';

let folder: string;
let server: Server;
let origin: string;
let answerWith: (token: string | undefined) => { status: number; body: unknown };

const leave = (record: object): void => writeFileSync(join(folder, 'instance.json'), JSON.stringify(record));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-running-'));
  server = createServer((request, response) => {
    const isAsked = request.method === 'POST' && request.url === '/instance/link';
    const { status, body } = isAsked ? answerWith(request.headers.authorization) : { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  answerWith = (token) =>
    token === 'Bearer right'
      ? { status: 200, body: { link: `${origin}/?s=fresh` } }
      : { status: 401, body: {} };
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('linkOfRunning', () => {
  it('asks the app that left its record for a link', async () => {
    leave({ pid: 1, appOrigin: origin, control: 'right' });
    expect(await linkOfRunning(folder)).toBe(`${origin}/?s=fresh`);
  });

  it('waits for an app that is still starting and has only the record of an earlier launch', async () => {
    leave({ pid: 1, appOrigin: origin, control: 'of-an-earlier-launch' });
    const link = linkOfRunning(folder);
    answerWith = () => {
      leave({ pid: 2, appOrigin: origin, control: 'right' });
      answerWith = () => ({ status: 200, body: { link: `${origin}/?s=later` } });
      return { status: 401, body: {} };
    };
    expect(await link).toBe(`${origin}/?s=later`);
  });

  it('gives up where there is no record, nobody listens, or the token is not taken', async () => {
    expect(await linkOfRunning(folder, 1)).toBeUndefined();
    leave({ pid: 1, appOrigin: origin, control: 'wrong' });
    expect(await linkOfRunning(folder, 1)).toBeUndefined();
    server.close();
    leave({ pid: 1, appOrigin: 'http://127.0.0.1:1', control: 'right' });
    expect(await linkOfRunning(folder, 1)).toBeUndefined();
  });

  it.each([null, {}, { link: 5 }, { link: 'https://evil.example/' }, { link: 'javascript:alert(1)' }])(
    'does not follow %j, which another program on the port may answer',
    async (body) => {
      answerWith = () => ({ status: 200, body });
      leave({ pid: 1, appOrigin: origin, control: 'right' });
      expect(await linkOfRunning(folder, 1)).toBeUndefined();
    },
  );
});
