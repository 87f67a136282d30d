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

/** Signs links to pictures (`queue.md` 6.5): the host is not signed, so every caller gets its own base. */
export interface LinkSigner {
  sign(base: string, grant: LinkGrant): string;
  isValid(grant: LinkGrant, signature: string, nowMs: number): boolean;
}

export function createLinkSigner(secret: Uint8Array): LinkSigner {
  const signatureOf = (grant: LinkGrant) =>
    createHmac('sha256', secret)
      .update(`${grant.method}\n${grant.bucket}\n${grant.key}\n${grant.expires}`)
      .digest();
  return {
    sign: (base, grant) =>
      `${base}/images/${grant.bucket}/${grant.key}?m=${grant.method}&e=${grant.expires}&s=${signatureOf(grant).toString('base64url')}`,
    isValid: (grant, signature, nowMs) => {
      const given = Buffer.from(signature, 'base64url');
      const expected = signatureOf(grant);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
      return grant.expires * 1000 > nowMs;
    },
  };
}
