import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginAsync, FastifyPluginOptions, RawServerDefault } from 'fastify';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Problem } from '#shared/common/problem.ts';
import { type AppFastify, createFastify } from './fastify-base.ts';
import { acceptJsonBodies } from './horde-body.ts';
import { applyFieldMasks } from './horde-fields.ts';
import { slowKeyGuessing } from './horde-key-guessing.ts';
import { registerDocuments, serveDocument } from './horde-documents.ts';
import { createOriginGate, type OriginRules } from './horde-origin.ts';
import { createRateLimits, isPrivate } from './horde-rate-limits.ts';
import { limitSockets } from './horde-sockets.ts';

export interface HordeListenerOptions {
  readonly log: Logger;
  readonly version: string;
  readonly rateLimits: 'on' | 'off';
  /** Whether private networks have no limits; asked with every call (`decisions.md` 30). */
  readonly areLimitsLifted?: () => boolean;
  readonly allowedHosts?: OriginRules['allowedHosts'];
  readonly allowedOrigins?: OriginRules['allowedOrigins'];
  /** Registers the routes of the horde's features. */
  readonly features: (api: AppFastify) => void | Promise<void>;
}

type HordePlugin = FastifyPluginAsync<FastifyPluginOptions, RawServerDefault, TypeBoxTypeProvider, Logger>;

const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * The listener of the private horde: everything that all of its routes share. The caller listens and
 * closes. Origin and host first, then rate limits, then body and schema, then the feature.
 */
export async function createHordeListener(options: HordeListenerOptions): Promise<AppFastify> {
  const server = createFastify({ log: options.log, unknownKeys: 'drop', maxParamLength: 1024 });
  limitSockets(server.server);
  const rules: OriginRules = {
    allowedHosts: options.allowedHosts ?? [],
    allowedOrigins: options.allowedOrigins ?? [],
  };
  const gate = createOriginGate(rules);
  const host = hostname();
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('horde-node', `${host}:${request.raw.socket.localPort ?? 0}:${options.version}`);
    // What a key shows is for its holder alone (T-THR-33); a route may say it more exactly.
    if (request.headers['apikey'] !== undefined) reply.header('cache-control', 'no-store');
    if (gate(request, reply) === undefined) done();
  });
  acceptJsonBodies(server);
  server.decorateRequest('raisesLimits', false);
  if (options.rateLimits === 'on') {
    const isExempt = (address: string) => options.areLimitsLifted?.() === true && isPrivate(address);
    const check = await createRateLimits(server, { isExempt });
    server.addHook('onRequest', check);
    slowKeyGuessing(server, isExempt);
  }
  applyFieldMasks(server);
  const methods = recordMethods(server);
  await registerDocuments(server);
  const features: HordePlugin = async (api) => {
    await options.features(api);
  };
  await server.register(features);
  serveDocument(server);
  server.get('/', { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(plainPage),
  );
  server.get('/.well-known/serviceinfo', { schema: { hide: true } }, (request) =>
    serviceInfo(`http://${request.host}`, options.version),
  );
  answerOtherMethods(server, methods);
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/html; charset=utf-8').send(notFoundPage),
  );
  return server;
}

/** How some clients recognise a horde (`api.md` 6). */
function serviceInfo(home: string, version: string) {
  return {
    version: '0.2',
    software: { name: 'Yurt', version, homepage: home },
    api: {
      aihorde: {
        name: 'AI Horde API',
        version: '2.5',
        base_url: `${home}/api/v2`,
        rel_url: '/api/v2',
        documentation: `${home}/api`,
      },
    },
  };
}

function recordMethods(server: AppFastify): ReadonlyMap<string, ReadonlySet<string>> {
  const methods = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set<string>();
    for (const name of [method].flat()) known.add(name);
    methods.set(url, known);
  });
  return methods;
}

/** A known path with another method: 405 with `Allow`; `OPTIONS` lists the methods (`api.md` 1.1, 1.5.3). */
function answerOtherMethods(server: AppFastify, methods: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, known] of methods) {
    if (!url.startsWith('/api/v2/')) continue;
    const allow = [...known, 'OPTIONS'].join(', ');
    const others = verbs.filter((verb) => !known.has(verb));
    server.route({
      method: others,
      url,
      schema: { hide: true },
      handler: (request, reply) => {
        reply.header('allow', allow);
        if (request.method === 'OPTIONS') return reply.code(200).send();
        return reply
          .code(405)
          .send({ message: 'The method is not allowed for the requested URL.' } satisfies Problem);
      },
    });
  }
}

const page = (title: string, body: string) =>
  `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${title}</title>\n${body}\n</html>\n`;
const notFoundPage = page('404 Not Found', '<h1>Not Found</h1>\n<p>There is no such page on this horde.</p>');
const plainPage = page(
  'A private AI Horde',
  `<h1>A private AI Horde</h1>
<p>This is a horde of Yurt. Point a client or a worker of AI Horde at this address.</p>
<ul>
<li><a href="/api/">The API and its documentation</a></li>
<li><a href="/api/v2/status/heartbeat">Heartbeat</a></li>
</ul>`,
);
