import { createHmac, timingSafeEqual } from 'node:crypto';

export type Bucket = 'transient' | 'source';
export type LinkMethod = 'PUT' | 'GET';

/** What a signed link allows. `expires` is in seconds since the epoch. */
export interface LinkGrant {
  readonly method: LinkMethod;
  readonly bucket: Bucket;
  readonly key: string;
  readonly expires: number;
}

/** The query of a link as it came. */
export interface LinkQuery {
  readonly m: string;
  readonly e: string;
  readonly k: string;
  readonly s: string;
}

/** Where links begin for a caller: at the address by which it reached this horde. */
export function baseOf(request: { readonly protocol: string; readonly host: string }): string {
  return `${request.protocol}://${request.host}`;
}

/** Signs links to pictures (`queue.md` 6.5): the host is not signed, so every caller gets its own base. */
export interface LinkSigner {
  sign(base: string, grant: LinkGrant): string;
  /** Whether a link allows it now. */
  allows(grant: Omit<LinkGrant, 'expires'>, link: LinkQuery): boolean;
}

/** A key signs for so long and is good for as long again. */
const keyLastsMs = 30 * 86_400_000;

/** Keys follow from the installation's secret and the month, so nothing has to be stored to change them. */
export function createLinkSigner(secret: Uint8Array, clock: () => number): LinkSigner {
  const currentKey = () => Math.floor(clock() / keyLastsMs);
  const signatureOf = (grant: LinkGrant, keyId: number) => {
    const key = createHmac('sha256', secret).update(`links ${keyId}`).digest();
    return createHmac('sha256', key)
      .update(`${grant.method}\n${grant.bucket}\n${grant.key}\n${grant.expires}`)
      .digest();
  };
  return {
    sign: (base, grant) => {
      const keyId = currentKey();
      const signature = signatureOf(grant, keyId).toString('base64url');
      return `${base}/images/${grant.bucket}/${grant.key}?m=${grant.method}&e=${grant.expires}&k=${keyId}&s=${signature}`;
    },
    allows: (grant, link) => {
      const [keyId, expires] = [Number(link.k), Number(link.e)];
      const age = currentKey() - keyId;
      if (link.m !== grant.method || (age !== 0 && age !== 1)) return false;
      const given = Buffer.from(link.s, 'base64url');
      const expected = signatureOf({ ...grant, expires }, keyId);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
      return expires * 1000 > clock();
    },
  };
}
