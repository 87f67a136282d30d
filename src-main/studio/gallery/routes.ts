import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Type } from 'typebox';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { GalleryImage, GalleryPage, type GalleryQuery } from '#shared/studio/gallery/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import type { GalleryService } from './service.ts';

const ImagePath = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

/** `GalleryQuery` as a query string has it: text only, which validation does not convert. */
const PageQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 100 })),
    limit: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|1[0-9][0-9]|200)$' })),
    bin: Type.Optional(Type.Enum(['true', 'false'], { type: 'string' })),
  },
  { additionalProperties: false },
);

const FileQuery = Type.Object(
  { download: Type.Optional(Type.Enum(['0', '1'], { type: 'string' })) },
  { additionalProperties: false },
);

/** A picture never changes under its id. */
const forGood = 'private, max-age=31536000, immutable';

export function galleryRoutes(service: GalleryService) {
  return (app: AppFastify): void => {
    const one = { schema: { params: ImagePath, response: { 200: GalleryImage } } };
    app.get(
      appRoutes.gallery,
      { schema: { querystring: PageQuery, response: { 200: GalleryPage } } },
      ({ query: { cursor, limit, bin } }) => {
        const query: GalleryQuery = {
          ...(cursor === undefined ? {} : { cursor }),
          ...(limit === undefined ? {} : { limit: Number(limit) }),
          bin: bin === 'true',
        };
        return service.page(query);
      },
    );
    app.get(appRoutes.galleryImage(':id'), one, ({ params }) => service.get(params.id));
    app.post(appRoutes.binImage(':id'), one, ({ params }) => service.bin(params.id));
    app.post(appRoutes.restoreImage(':id'), one, ({ params }) => service.restore(params.id));
    app.delete(
      appRoutes.galleryImage(':id'),
      { schema: { params: ImagePath } },
      async ({ params }, reply) => {
        await service.erase(params.id);
        return reply.code(204).send();
      },
    );
    addFileRoutes(app, service);
  };
}

function addFileRoutes(app: AppFastify, service: GalleryService): void {
  app.get(
    appRoutes.galleryFile(':id'),
    { schema: { params: ImagePath, querystring: FileQuery } },
    async (request, reply) => {
      const path = await service.imagePath(request.params.id);
      const file = await open(path, 'r').catch(() => {
        throw new ProblemError(
          404,
          'ImageNotFound',
          'The file of this picture is gone from the gallery folder.',
        );
      });
      const { size } = await file.stat();
      reply.type('image/webp').headers({ 'content-length': size, 'cache-control': forGood });
      if (request.query.download === '1') reply.header('content-disposition', attachmentOf(path));
      return reply.send(file.createReadStream());
    },
  );
  app.get(appRoutes.galleryThumbnail(':id'), { schema: { params: ImagePath } }, async (request, reply) => {
    const webp = await service.thumbnail(request.params.id);
    return reply.type('image/webp').header('cache-control', forGood).send(webp);
  });
}

/** RFC 6266: a plain name for old readers, the readable one in UTF-8. */
function attachmentOf(path: string): string {
  return `attachment; filename="picture.webp"; filename*=UTF-8''${encodeURIComponent(basename(path))}`;
}
