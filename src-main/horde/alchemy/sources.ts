import { asUnreadable, type ImagesService, sourceBytes, type SourceRules } from '#main/horde/images/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { type PictureSize, pictureSize } from '#shared/horde/alchemy/picture-size.ts';
import { isSourceTooLarge, sourceLimitsOf } from '#shared/horde/alchemy/rules.ts';
import { sourceKey } from './ports.ts';

const sourceQuality = 90;
const problem = (rc: string, message: string) => new ProblemError(400, rc, message);

export interface SourceDeps extends SourceRules {
  readonly images: Pick<ImagesService, 'store' | 'remove'>;
}

/**
 * Gets, checks and stores the source picture of a request.
 * @returns its pixels, as stored
 * @throws ProblemError 400 `SourceImageUrlInvalid` · `SourceImageSizeExceeded` · `SourceImageResolutionExceeded` ·
 *   `SourceImageUnreadable` · `ImageValidationFailed`
 */
export async function storeSource(deps: SourceDeps, id: string, source: string): Promise<PictureSize> {
  const found = await sourceBytes(deps, source);
  if (found.isFetched && !pictureSize(found.bytes)) {
    throw problem('SourceImageUrlInvalid', 'There is no picture at this URL.');
  }
  try {
    return await store(deps, id, found.bytes, found.maxBytes);
  } catch (error) {
    throw asUnreadable(error, found);
  }
}

async function store(
  { images }: SourceDeps,
  id: string,
  bytes: Uint8Array,
  maxBytes: number,
): Promise<PictureSize> {
  const declared = pictureSize(bytes);
  if (declared && isSourceTooLarge(declared)) throw tooManyPixels(declared);
  const limits = sourceLimitsOf(declared, maxBytes);
  return images.store('source', sourceKey(id), bytes, limits, sourceQuality);
}

function tooManyPixels({ width, height }: PictureSize): ProblemError {
  const text = `${width} × ${height} pixels are too many: at most as many as 3072 × 3072, and 255 tiles of 512 × 512.`;
  return problem('SourceImageResolutionExceeded', text);
}
