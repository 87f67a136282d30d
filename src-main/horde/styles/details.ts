import { escapeMarkup } from '#shared/horde/common/text.ts';
import type { SharedKeyDetails } from '#shared/horde/sharedkeys/schema.ts';
import type { ImageStyle, TextStyle } from '#shared/horde/styles/schema.ts';
import type { StoredStyle } from './store.ts';

/** Stands for the id of a style's shared key, which is a credential, and opens nothing (`decisions.md` 47). */
const standInId = '00000000-0000-0000-0000-000000000000';

/** What a text style shows of parameters that it leaves to their defaults (`api.md` 3.7). */
const textDefaults = { min_p: 0, smoothing_factor: 0, dynatemp_range: 0, dynatemp_exponent: 1 };

/** A style as the API shows it. */
export function styleDetails(style: StoredStyle, key: SharedKeyDetails | undefined): ImageStyle | TextStyle {
  const common = {
    id: style.id,
    name: style.name,
    info: escapeMarkup(style.info),
    prompt: style.prompt,
    public: style.isPublic,
    nsfw: style.nsfw,
    tags: [...style.tags],
    models: [...style.models],
    use_count: style.useCount,
    creator: style.ownerAlias,
    ...(key ? { shared_key: { ...key, id: standInId } } : {}),
  };
  if (style.kind === 'text') return { ...common, params: { ...textDefaults, ...style.params } };
  const examples = [...style.examples];
  if (Object.keys(style.params).length === 0) return { ...common, examples };
  return { ...common, params: style.params, examples };
}
