import { FetchRefusedError, type GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { HordeSettings } from '#shared/horde/host/schema.ts';

const maxUrlBytes = 5000 * 1024;
const problem = (rc: string, message: string) => new ProblemError(400, rc, message);

/** How pictures come that requests bring. */
export interface SourceRules {
  /** Without it none is named by URL. */
  readonly fetch?: GuardedFetch;
  readonly settings: () => Pick<HordeSettings, 'source_urls' | 'max_source_kib'>;
}

export interface SourceBytes {
  readonly bytes: Uint8Array;
  /** How many there may be. */
  readonly maxBytes: number;
  readonly isFetched: boolean;
}

/**
 * The bytes of a source picture, which is base64 or, where the host allows it, a URL (`queue.md` 6.2).
 * @throws ProblemError 400 `SourceImageUrlInvalid` · `SourceImageSizeExceeded` · `ImageValidationFailed`
 */
export async function sourceBytes(rules: SourceRules, source: string): Promise<SourceBytes> {
  const { source_urls: mayFetch, max_source_kib: maxKib } = rules.settings();
  if (!/^https?:/i.test(source)) {
    const maxBytes = maxKib * 1024;
    const bytes = Buffer.from(source, 'base64');
    if (bytes.length > maxBytes) throw tooManyBytes(maxKib);
    return { bytes, maxBytes, isFetched: false };
  }
  if (!mayFetch || !rules.fetch) {
    throw problem('SourceImageUrlInvalid', 'This horde takes no pictures by URL. Send base64.');
  }
  return { bytes: await fetched(rules.fetch, source), maxBytes: maxUrlBytes, isFetched: true };
}

/** A fetched picture that does not decode has a code of its own. */
export function asUnreadable(error: unknown, { isFetched }: Pick<SourceBytes, 'isFetched'>): unknown {
  const isInvalid = error instanceof ProblemError && error.rc === 'ImageValidationFailed';
  if (!isFetched || !isInvalid) return error;
  return new ProblemError(400, 'SourceImageUnreadable', error.message, { cause: error });
}

async function fetched(fetch: GuardedFetch, url: string): Promise<Uint8Array> {
  try {
    const { status, bytes } = await fetch(url, { maxBytes: maxUrlBytes });
    if (status === 200) return bytes;
  } catch (error) {
    if (!(error instanceof FetchRefusedError)) throw error;
    if (error.kind === 'too_large') throw tooManyBytes(maxUrlBytes / 1024);
    const rc = error.kind === 'target' ? 'SourceImageUrlInvalid' : 'ImageValidationFailed';
    throw new ProblemError(400, rc, error.message, { cause: error });
  }
  throw problem('ImageValidationFailed', 'This URL gives no picture.');
}

function tooManyBytes(kib: number): ProblemError {
  return problem('SourceImageSizeExceeded', `A source picture has at most ${kib} KiB.`);
}
