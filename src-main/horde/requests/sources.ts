import {
  asUnreadable,
  type ImagesService,
  sourceBytes,
  type SourceBytes,
  type SourceRules,
} from '#main/horde/images/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { hasAlpha } from '#shared/horde/requests/alpha.ts';
import type { GenerationInput } from '#shared/horde/requests/schema.ts';

const maxSide = 3072;
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
 * @throws ProblemError 400 `SourceImageUrlInvalid` · `SourceImageSizeExceeded` · `SourceImageUnreadable` ·
 *   `ImageValidationFailed` · `InpaintingMissingMask`
 */
export async function storeSources(
  images: ImagesService,
  id: string,
  input: GenerationInput,
  rules: SourceRules,
): Promise<StoredSources | undefined> {
  const { source_image: picture, source_mask: mask, extra_source_images: more = [] } = input;
  if (picture === undefined && input.extra_source_images === undefined) return undefined;
  const done: string[] = [];
  const store = async (name: string, source: SourceBytes): Promise<string> => {
    const key = `${id}_${name}.webp`;
    const limits = { maxBytes: source.maxBytes, maxWidth: maxSide, maxHeight: maxSide };
    try {
      await images.store('source', key, source.bytes, limits, sourceQuality);
    } catch (error) {
      throw asUnreadable(error, source);
    }
    done.push(key);
    return key;
  };
  const take = async (name: string, source: string | undefined) =>
    source === undefined ? undefined : store(name, await sourceBytes(rules, source));
  try {
    const found = picture === undefined ? undefined : await sourceBytes(rules, picture);
    if (found) refuseMissingMask(input, found);
    const image = found && (await store('src', found));
    const masked = await take('msk', mask);
    const extras: Array<{ key: string; strength: number }> = [];
    for (const [index, { image: extra, strength = 1 }] of more.entries()) {
      extras.push({ key: await store(`extra_src_${index}`, await sourceBytes(rules, extra)), strength });
    }
    return {
      ...(image === undefined ? {} : { image }),
      ...(masked === undefined ? {} : { mask: masked }),
      extras,
    };
  } catch (error) {
    for (const key of done) await images.remove('source', key);
    throw error;
  }
}

/** Without a mask, inpainting changes what is transparent; a picture in which nothing can be has to bring one. */
function refuseMissingMask(input: GenerationInput, { bytes }: SourceBytes): void {
  if (input.source_processing !== 'inpainting' || input.source_mask !== undefined) return;
  if (hasAlpha(Buffer.from(bytes))) return;
  throw new ProblemError(400, 'InpaintingMissingMask', 'Send a source_mask, or a picture with transparency.');
}
