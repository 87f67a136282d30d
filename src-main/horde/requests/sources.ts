import type { ImagesService } from '#main/horde/images/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { GenerationInput } from '#shared/horde/requests/schema.ts';

const maxBytes = 5000 * 1024;
const sourceLimits = { maxBytes, maxWidth: 3072, maxHeight: 3072 };
const sourceQuality = 90;

/** Names of stored source pictures of a request. */
export interface StoredSources {
  readonly image?: string;
  readonly mask?: string;
  readonly extras: ReadonlyArray<{ readonly key: string; readonly strength: number }>;
}

export function parseSources(json: string | null): StoredSources | undefined {
  // Only `storeSources` makes this column.
  return json === null ? undefined : (JSON.parse(json) as StoredSources);
}

export function sourceKeys(sources: StoredSources | undefined): string[] {
  const keys = [sources?.image, sources?.mask, ...(sources?.extras ?? []).map((extra) => extra.key)];
  return keys.filter((key) => key !== undefined);
}

/**
 * Checks and stores the pictures that a request brings; on a failure none of them stays.
 * @throws ProblemError 400 `SourceImageUrlInvalid` · `SourceImageSizeExceeded` · `ImageValidationFailed`
 */
export async function storeSources(
  images: ImagesService,
  id: string,
  input: GenerationInput,
): Promise<StoredSources | undefined> {
  if (input.source_image === undefined && input.extra_source_images === undefined) return undefined;
  const done: string[] = [];
  const store = async (name: string, picture: string): Promise<string> => {
    const key = `${id}_${name}.webp`;
    await images.store('source', key, decoded(picture), sourceLimits, sourceQuality);
    done.push(key);
    return key;
  };
  try {
    const image = input.source_image === undefined ? undefined : await store('src', input.source_image);
    const mask = input.source_mask === undefined ? undefined : await store('msk', input.source_mask);
    const extras: Array<{ key: string; strength: number }> = [];
    for (const [index, extra] of (input.extra_source_images ?? []).entries()) {
      extras.push({ key: await store(`extra_src_${index}`, extra.image), strength: extra.strength ?? 1 });
    }
    return { ...(image === undefined ? {} : { image }), ...(mask === undefined ? {} : { mask }), extras };
  } catch (error) {
    for (const key of done) await images.remove('source', key);
    throw error;
  }
}

function decoded(picture: string): Buffer {
  if (/^https?:/i.test(picture)) {
    throw new ProblemError(400, 'SourceImageUrlInvalid', 'This horde takes no pictures by URL. Send base64.');
  }
  const bytes = Buffer.from(picture, 'base64');
  if (bytes.length <= maxBytes) return bytes;
  throw new ProblemError(400, 'SourceImageSizeExceeded', 'A source picture has at most 5000 KiB.');
}
