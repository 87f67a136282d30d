import { Type } from 'typebox';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Problem } from '#shared/common/problem.ts';
import { documentNames, DocumentQuery, HordeDocument, Newspiece } from '#shared/horde/documents/schema.ts';
import type { NewsService } from './news.ts';
import type { DocumentsService } from './service.ts';

export interface DocumentRoutesServices {
  readonly documents: DocumentsService;
  readonly news: NewsService;
}

/** `/documents/*` and `/status/news` of the v2 API (`api.md` 5.10, 5.15). */
export function documentRoutes(api: AppFastify, { documents, news }: DocumentRoutesServices): void {
  for (const name of documentNames) {
    api.get(
      `/documents/${name}`,
      {
        schema: {
          operationId: `get_docs_${name}`,
          querystring: DocumentQuery,
          response: { 200: HordeDocument, 400: Problem },
        },
      },
      async (request) => documents.read(name, request.query.format),
    );
  }
  api.get(
    '/status/news',
    { schema: { operationId: 'get_horde_news', response: { 200: Type.Array(Newspiece) } } },
    () => news.list(),
  );
}
