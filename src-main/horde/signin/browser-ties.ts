import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Secrets } from '#main/horde/users/index.ts';
import { SignInFailure } from './failure.ts';

/** A sign-in is begun, confirmed at the provider and ended within this time (OID-02). */
export const signInLastsMs = 10 * 60 * 1000;

/** What a tied text is for: one never passes for another. */
type Purpose = 'state' | 'nonce' | 'verifier' | 'code' | 'ticket';

/** What ties one sign-in to one browser: a cookie of its own, so that sign-ins never meet (T-OID-04). */
export interface Tie {
  readonly name: string;
  readonly seed: string;
}

const cookieOf = (name: string): string => `yurt_signin_${name}`;

/**
 * Gives a browser its tie: scripts and other sites' forms do not get it. `Lax` and not `Strict`, since the
 * provider's redirect has to bring it.
 */
export function keepTie(request: FastifyRequest, reply: FastifyReply, { name, seed }: Tie): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  reply.header(
    'set-cookie',
    `${cookieOf(name)}=${seed}; Path=/signin; HttpOnly; SameSite=Lax; Max-Age=${signInLastsMs / 1000}${secure}`,
  );
}

/** The tie that a browser has to what it brings back. @throws SignInFailure where it has none */
export function tieOf(request: FastifyRequest, sealed: string): Tie {
  const name = /^[\w-]{22}(?=\.)/.exec(sealed)?.[0] ?? '';
  const header = request.headers.cookie ?? '';
  const seed = new RegExp(`(?:^|;\\s*)${cookieOf(name)}=([\\w-]{22})(?:;|$)`).exec(header)?.[1];
  if (seed === undefined) throw new SignInFailure('refused', 'this browser did not begin it');
  return { name, seed };
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

  draw(): Tie {
    return { name: this.#secrets.draw(), seed: this.#secrets.draw() };
  }

  /** A secret of this sign-in and this text, which need not be stored to be known again. */
  derive(purpose: Purpose, { seed }: Tie, text: string): string {
    // The forms of other pages sign seeds alone, which have no colon.
    return this.#secrets.digest('form', `signin:${purpose}:${seed}:${text}`);
  }

  seal(purpose: Purpose, tie: Tie, content: object): string {
    const text = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${tie.name}.${text}.${this.derive(purpose, tie, text)}`;
  }

  /** What was sealed; nothing for a text of another browser, of another purpose or of nobody here. */
  open<T extends TSchema>(purpose: Purpose, tie: Tie, sealed: string, schema: T): Static<T> | undefined {
    const [, text = '', mark = ''] = sealed.split('.', 3);
    const [right, sent] = [Buffer.from(this.derive(purpose, tie, text)), Buffer.from(mark)];
    if (right.length !== sent.length || !timingSafeEqual(right, sent)) return undefined;
    const content: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Value.Check(schema, content) ? content : undefined;
  }
}
