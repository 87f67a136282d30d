import { Type } from 'typebox';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { Creation, CreationEstimate, CreationInput, CreationList } from '#shared/studio/creations/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import type { CreationsService } from './service.ts';

const CreationPath = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
/** The frame only tells one address of a preview from the next. */
const PreviewQuery = Type.Object(
  { frame: Type.Optional(Type.String({ pattern: '^[0-9]{1,12}$' })) },
  { additionalProperties: false },
);

/** The routes of the Create screen and of the request cards. */
export function creationRoutes(service: CreationsService) {
  return (app: AppFastify): void => {
    const params = CreationPath;
    app.get(appRoutes.creations, { schema: { response: { 200: CreationList } } }, async () => ({
      creations: await service.list(),
    }));
    app.post(
      appRoutes.creations,
      { schema: { body: CreationInput, response: { 201: Creation } } },
      async (request, reply) => reply.code(201).send(await service.create(request.body)),
    );
    app.post(
      appRoutes.estimate,
      { schema: { body: CreationInput, response: { 200: CreationEstimate } } },
      (request) => service.estimate(request.body),
    );
    app.get(appRoutes.creation(':id'), { schema: { params, response: { 200: Creation } } }, (request) =>
      service.get(request.params.id),
    );
    app.post(
      appRoutes.cancelCreation(':id'),
      { schema: { params, response: { 200: Creation } } },
      (request) => service.cancel(request.params.id),
    );
    app.post(
      appRoutes.retryCreation(':id'),
      { schema: { params, response: { 201: Creation } } },
      async (request, reply) => reply.code(201).send(await service.retry(request.params.id)),
    );
    app.delete(appRoutes.creation(':id'), { schema: { params } }, async (request, reply) => {
      await service.remove(request.params.id);
      return reply.code(204).send();
    });
    app.get(
      appRoutes.creationPreview(':id'),
      { schema: { params, querystring: PreviewQuery } },
      async (request, reply) => {
        const webp = await service.preview(request.params.id);
        return reply.type('image/webp').header('cache-control', 'no-store').send(Buffer.from(webp));
      },
    );
  };
}
