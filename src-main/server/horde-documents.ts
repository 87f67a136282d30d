import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import { Problem } from '#shared/common/problem.ts';
import type { AppFastify } from './fastify-base.ts';
import { markNames, nameDefinitions } from './horde-definitions.ts';

/** Swagger 2.0 of the v2 routes, with upstream's definition names (`decisions.md` 50), and its pages. */
export async function registerDocuments(server: AppFastify): Promise<void> {
  await server.register(swagger, {
    swagger: {
      swagger: '2.0',
      info: { title: 'AI Horde', version: '2.5', description: 'A private horde of Yurt.' },
      basePath: '/api',
      consumes: ['application/json'],
      produces: ['application/json'],
      tags: [{ name: 'v2', description: 'API version 2' }],
    },
    hideUntagged: false,
    transform: ({ schema, url }) => {
      const isPublic = url.startsWith('/api/v2/');
      return {
        schema: {
          ...markNames(withCommonAnswers(schema ?? {})),
          tags: ['v2'],
          hide: !isPublic || schema?.['hide'] === true,
        },
        url,
      };
    },
    transformObject: (document) =>
      'swaggerObject' in document ? nameDefinitions(document.swaggerObject) : document.openapiObject,
  });
  await server.register(swaggerUi, {
    routePrefix: '/api',
    staticCSP: true,
    uiConfig: { docExpansion: 'list' },
  });
}

/** The document itself, once every route is known. */
export function serveDocument(server: AppFastify): void {
  server.get('/api/swagger.json', { schema: { hide: true } }, () => server.swagger());
}

/** What is answered before an operation has its say: malformed input, too much of it, too often (`api.md` 1.5). */
function withCommonAnswers(schema: FastifySchema): FastifySchema {
  const statuses = schema.body === undefined ? [400, 429] : [400, 413, 415, 429];
  const common = Object.fromEntries(statuses.map((status) => [status, Problem]));
  return { ...schema, response: { ...common, ...answersOf(schema) } };
}

function answersOf({ response }: FastifySchema): object {
  return typeof response === 'object' && response !== null ? response : {};
}
