import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Value } from 'typebox/value';
import { type Static, type TSchema } from 'typebox';
import type { Secrets } from '#main/horde/users/index.ts';

const cookieName = 'yurt_signin';
/** A sign-in is begun, confirmed at the provider and ended within this time (OID-02). */
export const signInLastsMs = 10 * 60 * 1000;

/** What a tied text is for: one never passes for another. */
type Purpose = 'state' | 'nonce' | 'verifier' | 'ticket';

/**
 * The seed of a browser: random, in a cookie that scripts and other sites' forms do not get. `Lax` and not
 * `Strict`, since the provider's redirect has to bring it.
 */
export function seedOf(request: FastifyRequest): string | undefined {
  const header = request.headers.cookie ?? '';
  return new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{22})(?:;|$)`).exec(header)?.[1];
}

export function keepSeed(request: FastifyRequest, reply: FastifyReply, seed: string): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  reply.header(
    'set-cookie',
    `${cookieName}=${seed}; Path=/signin; HttpOnly; SameSite=Lax; Max-Age=${signInLastsMs / 1000}${secure}`,
  );
}

/**
 * Texts that go out to a browser and come back: only this horde can have written them, and only the browser
 * that got them can bring them. So nothing has to be remembered of a sign-in that is never ended.
 */
export class BrowserTies {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  drawSeed(): string {
    return this.#secrets.draw();
  }

  /** A secret of this browser and this text, which need not be stored to be known again. */
  derive(purpose: Purpose, seed: string, text: string): string {
    // The forms of other pages sign seeds alone, which have no colon.
    return this.#secrets.digest('form', `signin:${purpose}:${seed}:${text}`);
  }

  seal(purpose: Purpose, seed: string, content: object): string {
    const text = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${text}.${this.derive(purpose, seed, text)}`;
  }

  /** What was sealed; nothing for a text of another browser, of another purpose or of nobody here. */
  open<T extends TSchema>(
    purpose: Purpose,
    seed: string | undefined,
    sealed: string,
    schema: T,
  ): Static<T> | undefined {
    const [text = '', mark = ''] = sealed.split('.', 2);
    if (seed === undefined) return undefined;
    const [right, sent] = [Buffer.from(this.derive(purpose, seed, text)), Buffer.from(mark)];
    if (right.length !== sent.length || !timingSafeEqual(right, sent)) return undefined;
    const content: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Value.Check(schema, content) ? content : undefined;
  }
}
