import type { FastifyReply, FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import type { Secrets } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { markup, type Markup } from './html.ts';

const cookieName = 'yurt_form';
const cookieLastsSeconds = 1800;
const bodyLimit = 8 * 1024;
const longestField = 1000;

/** Makes a scope of routes read bodies as browsers send forms. */
export function acceptForms(scope: AppFastify): void {
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
}

/** A field of a form that was sent; empty when it was left out. @throws ProblemError 400, 415 */
export function fieldOf(request: FastifyRequest, name: string): string {
  if (!(request.body instanceof URLSearchParams)) {
    throw new ProblemError(415, undefined, 'These pages read forms alone.');
  }
  const text = request.body.get(name) ?? '';
  if (text.includes('\0')) throw new ProblemError(400, 'NulByteInPayload', 'The form has a NUL character.');
  if (text.length <= longestField) return text;
  throw new ProblemError(400, 'BadRequest', `The field '${name}' is too long.`);
}

/**
 * Forms prove that they come from a page of this horde: a token in them is derived from a cookie that
 * lives for half an hour and that other sites can neither read nor send along.
 */
export class FormGuard {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** The hidden field of a form; sets the cookie that it belongs to. */
  field(request: FastifyRequest, reply: FastifyReply): Markup {
    const seed = seedOf(request) ?? this.#secrets.draw();
    reply.header(
      'set-cookie',
      `${cookieName}=${seed}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${cookieLastsSeconds}`,
    );
    return markup`<input type="hidden" name="token" value="${this.#secrets.digest('form', seed)}">`;
  }

  /** @throws ProblemError 403 for a form of another page */
  check(request: FastifyRequest): void {
    const seed = seedOf(request);
    const sent = Buffer.from(fieldOf(request, 'token'));
    const right = Buffer.from(seed === undefined ? '' : this.#secrets.digest('form', seed));
    if (right.length > 0 && sent.length === right.length && timingSafeEqual(sent, right)) return;
    throw new ProblemError(403, 'Forbidden', 'This form is too old. Open the page again and send it anew.');
  }
}

function seedOf(request: FastifyRequest): string | undefined {
  const header = request.headers.cookie ?? '';
  return new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{22})(?:;|$)`).exec(header)?.[1];
}
