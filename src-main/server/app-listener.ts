import cookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Type } from 'typebox';
import { ProblemError } from '#shared/common/problem.ts';
import { judgeHost, refuseForeignPages } from './app-guard.ts';
import type { AppSession } from './app-session.ts';
import { type AppFastify, createFastify } from './fastify-base.ts';

/** Registers the routes of one feature under /app. */
export type AppFeature = (app: AppFastify) => void | Promise<void>;

export interface AppListenerOptions {
  readonly log: Logger;
  /** Folder of the built interface. */
  readonly rendererDir: string;
  readonly session: AppSession;
  readonly features: readonly AppFeature[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route checks its caller itself: it works without the cookie. */
    isOpen?: boolean;
  }
}

const securityHeaders = {
  'content-security-policy': [
    "default-src 'self'",
    "img-src 'self' blob: data:",
    "style-src 'self' 'unsafe-inline'",
    "script-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

const closedPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Yurt</title></head>
<body>
<h1>This page needs Yurt’s own link</h1>
<p>Open Yurt from its window, or start it again: it opens a link that signs this browser in.</p>
</body>
</html>
`;

/**
 * The listener on loopback that serves the interface and /app to the owner (`decisions.md` 25).
 * Every route but the link itself needs this launch's cookie. It is ready to listen or inject.
 */
export async function createAppListener(options: AppListenerOptions): Promise<AppFastify> {
  const server = createFastify({ log: options.log, unknownKeys: 'refuse' });
  // Forms and text posts, which any page can send, have no parser and get 415.
  server.removeContentTypeParser('text/plain');
  await server.register(cookie);
  server.addHook('onSend', async (_request, reply) => {
    reply.headers(securityHeaders);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  server.addHook('onRequest', async (request, reply) => admit(options.session, request, reply));
  addLinkRoutes(server, options.session);
  await server.register(fastifyStatic, {
    root: options.rendererDir,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.replaceAll('\\', '/').includes('/assets/');
      reply.header('cache-control', isHashed ? 'private, max-age=31536000, immutable' : 'no-store');
    },
  });
  server.setNotFoundHandler((request, reply) => {
    if (wantsPage(request)) return reply.sendFile('index.html');
    throw new ProblemError(404, 'NotFound', 'There is nothing at this address.');
  });
  for (const feature of options.features) await feature(server);
  await server.ready();
  return server;
}

function admit(session: AppSession, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const host = judgeHost(request);
  if (host !== 'ours') return reply.code(host === 'malformed' ? 400 : 421).send();
  refuseForeignPages(request);
  if (request.routeOptions.config.isOpen === true) return undefined;
  if (session.isSignedIn(request.cookies[session.cookie.name])) return undefined;
  if (wantsPage(request)) return sendClosedPage(reply);
  throw new ProblemError(401, 'NotSignedIn', 'Open Yurt by its own link first.');
}

function addLinkRoutes(server: AppFastify, session: AppSession): void {
  server.get(
    '/',
    {
      config: { isOpen: true },
      // A HEAD, which link previews send, must not use the link up.
      exposeHeadRoute: false,
      schema: { querystring: Type.Object({ s: Type.Optional(Type.String({ maxLength: 200 })) }) },
    },
    (request, reply) => {
      const { s: secret } = request.query;
      const isSignedIn = session.isSignedIn(request.cookies[session.cookie.name]);
      if (secret === undefined) return isSignedIn ? reply.sendFile('index.html') : sendClosedPage(reply);
      if (session.redeemLink(secret)) {
        reply.setCookie(session.cookie.name, session.cookie.value, {
          httpOnly: true,
          sameSite: 'strict',
          path: '/',
        });
      } else if (!isSignedIn) {
        return sendClosedPage(reply);
      }
      return reply.redirect('/', 303);
    },
  );
  server.post('/instance/link', { config: { isOpen: true } }, (request) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (!session.isControl(token)) {
      throw new ProblemError(401, 'NotSignedIn', 'This needs the control token of the running Yurt.');
    }
    return { link: `http://${request.headers.host}/?s=${session.mintLink()}` };
  });
}

function sendClosedPage(reply: FastifyReply): FastifyReply {
  return reply.code(401).type('text/html; charset=utf-8').send(closedPage);
}

/** Whether a browser asks for a screen of the interface, whose routes it resolves itself. */
function wantsPage(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? '';
  const isData = path === '/app' || path.startsWith('/app/') || path.startsWith('/instance/');
  return request.method === 'GET' && !isData && (request.headers.accept ?? '').includes('text/html');
}
