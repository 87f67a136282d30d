import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { Bucket, LinkMethod } from './links.ts';
import type { ImagesService } from './service.ts';

export interface ImageRoutesServices {
  readonly images: ImagesService;
  /** Whether a job still takes uploads: its link ends when it is settled (`decisions.md` 34). */
  isJobOpen(jobId: string): Promise<boolean>;
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const path = Type.Object({
  bucket: Type.Enum(['transient', 'source'], { type: 'string' }),
  key: Type.String({ pattern: `^${uuid}(?:_[a-z0-9_]{1,20})?\\.webp$` }),
});
const query = Type.Object({
  m: Type.Enum(['PUT', 'GET'], { type: 'string' }),
  e: Type.String({ pattern: '^[0-9]{1,12}$' }),
  s: Type.String({ maxLength: 100 }),
});

/** Signed links of the object store: `PUT` takes a result, `GET` hands out a picture (`queue.md` 6.5). */
export function imageRoutes(server: AppFastify, services: ImageRoutesServices): void {
  const { images } = services;
  const check = (
    method: LinkMethod,
    bucket: Bucket,
    key: string,
    link: { m: string; e: string; s: string },
  ) => {
    const grant = { method, bucket, key, expires: Number(link.e) };
    if (link.m === method && images.signer.isValid(grant, link.s, images.clock())) return;
    throw new ProblemError(403, undefined, 'This link is not valid or has expired.');
  };
  void server.register((scope, _options, done) => {
    // Uploads are raw bytes, whatever content type a worker names.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    const typed = scope.withTypeProvider<TypeBoxTypeProvider>();
    typed.put(
      '/images/:bucket/:key',
      { schema: { params: path, querystring: query, hide: true }, bodyLimit: 32 * 1024 * 1024 },
      async (request, reply) => {
        const { bucket, key } = request.params;
        check('PUT', bucket, key, request.query);
        if (!(await services.isJobOpen(key.slice(0, 36)))) {
          throw new ProblemError(403, undefined, 'The job of this link is settled.');
        }
        if (!Buffer.isBuffer(request.body) || !isPicture(request.body)) {
          throw new ProblemError(400, 'ImageValidationFailed', 'Only WebP, PNG and JPEG pictures are taken.');
        }
        images.hold(key, request.body);
        return reply.code(200).header('etag', etagOf(request.body)).send();
      },
    );
    typed.get(
      '/images/:bucket/:key',
      { schema: { params: path, querystring: query, hide: true } },
      async (request, reply) => {
        const { bucket, key } = request.params;
        check('GET', bucket, key, request.query);
        const bytes = await images.read(bucket, key);
        if (!bytes) throw new ProblemError(404, undefined, 'This picture is gone.');
        return reply
          .header('content-type', 'image/webp')
          .header('cache-control', 'private, max-age=1800')
          .header('etag', etagOf(bytes))
          .send(bytes);
      },
    );
    done();
  });
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
