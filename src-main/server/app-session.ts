import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The secrets of one launch: links that open the interface once, the cookie that a link is exchanged
 * for, and the token by which a second start on this computer asks for another link
 * (`decisions.md` 25). All live in memory and end with the process.
 */
export interface AppSession {
  /** Bearer token of `POST /instance/link`. */
  readonly control: string;
  /** The cookie's name is new at every launch: browsers share cookies between ports of one host. */
  readonly cookie: { readonly name: string; readonly value: string };
  /** A secret for `GET /?s=<secret>`, good for one use. */
  mintLink(): string;
  /** Uses a link up; false when it is unknown, spent or pushed out by newer ones. */
  redeemLink(secret: string): boolean;
  isSignedIn(cookieValue: string | undefined): boolean;
  isControl(token: string | undefined): boolean;
}

const secretBytes = 24;
/** Links that wait for their use; the oldest give way, so that minting cannot fill memory. */
const maxOpenLinks = 16;

export function createAppSession(options: { randomBytes: (size: number) => Uint8Array }): AppSession {
  const newSecret = (bytes = secretBytes): string =>
    Buffer.from(options.randomBytes(bytes)).toString('base64url');
  const control = newSecret();
  const cookie = {
    name: `yurt_${Buffer.from(options.randomBytes(6)).toString('hex')}`,
    value: newSecret(),
  };
  const controlDigest = digestOf(control);
  const cookieDigest = digestOf(cookie.value);
  let openLinks: readonly Buffer[] = [];

  return {
    control,
    cookie,
    mintLink: () => {
      const secret = newSecret();
      openLinks = [...openLinks, digestOf(secret)].slice(-maxOpenLinks);
      return secret;
    },
    redeemLink: (secret) => {
      const digest = digestOf(secret);
      const left = openLinks.filter((link) => !timingSafeEqual(link, digest));
      const isKnown = left.length < openLinks.length;
      openLinks = left;
      return isKnown;
    },
    isSignedIn: (value) => value !== undefined && timingSafeEqual(digestOf(value), cookieDigest),
    isControl: (token) => token !== undefined && timingSafeEqual(digestOf(token), controlDigest),
  };
}

/** Digests have one length, which a comparison in constant time needs. */
function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
