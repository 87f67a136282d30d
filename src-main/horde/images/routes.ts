import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { LinkMethod } from './links.ts';
import type { ImagesService } from './service.ts';

export interface ImageRoutesServices {
  readonly images: ImagesService;
  /** Whether a job still takes uploads: its link ends when it is settled (`decisions.md` 34). */
  isJobOpen(jobId: string): Promise<boolean>;
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const Path = Type.Object({
  bucket: Type.Enum(['transient', 'source'], { type: 'string' }),
  key: Type.String({ pattern: `^${uuid}(?:_[a-z0-9_]{1,20})?\\.webp$` }),
});
const Query = Type.Object({
  m: Type.Enum(['PUT', 'GET'], { type: 'string' }),
  e: Type.String({ pattern: '^[0-9]{1,12}$' }),
  k: Type.String({ pattern: '^[0-9]{1,6}$' }),
  s: Type.String({ maxLength: 100 }),
});
const maxUploadBytes = 32 * 1024 * 1024;

/** Signed links of the object store: `PUT` takes a result, `GET` hands out a picture (`queue.md` 6.5). */
export function imageRoutes(server: AppFastify, services: ImageRoutesServices): void {
  const { images } = services;
  const requireGrant = (request: FastifyRequest, method: LinkMethod): Static<typeof Path> => {
    const picture = pictureOf(request);
    const { query } = request;
    if (Value.Check(Query, query) && images.signer.allows({ method, ...picture }, query)) return picture;
    throw new ProblemError(403, undefined, 'This link is not valid or has expired.');
  };
  const requireOpenJob = async (key: string): Promise<void> => {
    if (await services.isJobOpen(key.slice(0, 36))) return;
    throw new ProblemError(403, undefined, 'The job of this link is settled.');
  };
  void server.register((scope, _options, done) => {
    // Uploads are raw bytes, whatever content type a worker names.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    const typed = scope.withTypeProvider<TypeBoxTypeProvider>();
    typed.put(
      '/images/:bucket/:key',
      {
        schema: { hide: true },
        bodyLimit: maxUploadBytes,
        // Before the body: without a good link not a byte of it is kept.
        onRequest: (request) => requireOpenJob(requireGrant(request, 'PUT').key),
      },
      async (request, reply) => {
        const { key } = pictureOf(request);
        if (!Buffer.isBuffer(request.body) || !isPicture(request.body)) {
          throw new ProblemError(415, 'ImageValidationFailed', 'Only WebP, PNG and JPEG pictures are taken.');
        }
        // It may have been settled while the upload ran.
        await requireOpenJob(key);
        images.hold(key, request.body);
        return reply.code(200).header('etag', etagOf(request.body)).send();
      },
    );
    typed.get('/images/:bucket/:key', { schema: { hide: true } }, async (request, reply) => {
      const { bucket, key } = requireGrant(request, 'GET');
      const bytes = await images.read(bucket, key);
      if (!bytes) throw new ProblemError(404, undefined, 'This picture is gone.');
      const etag = etagOf(bytes);
      reply.header('cache-control', 'private, max-age=1800').header('etag', etag);
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.header('content-type', 'image/webp').send(bytes);
    });
    done();
  });
}

/** @throws ProblemError 404 for a path that no picture can have */
function pictureOf({ params }: FastifyRequest): Static<typeof Path> {
  if (Value.Check(Path, params)) return params;
  throw new ProblemError(404, undefined, 'There is no such picture.');
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
}

/** By the first bytes alone; the media process decodes it before it is stored. */
function isPicture(bytes: Buffer): boolean {
  const starts = (hex: string) => bytes.subarray(0, hex.length / 2).toString('hex') === hex;
  const isWebp = starts('52494646') && bytes.subarray(8, 12).toString('latin1') === 'WEBP';
  return isWebp || starts('89504e470d0a1a0a') || starts('ffd8ff');
}
