import { randomUUID } from 'node:crypto';
import { makesPicture, type AlchemyForm } from '#shared/horde/alchemy/forms.ts';
import { formTtlSeconds } from '#shared/horde/alchemy/states.ts';
import { alchemyTiles, formRewardCents } from '#shared/horde/kudos/alchemy.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import type { AlchemyPopForm } from '#shared/horde/alchemy/schema.ts';
import { findCandidates } from './candidates.ts';
import { decoyPicture } from './decoy-picture.ts';
import { isTooEarly, storeDecoy } from './decoy-units.ts';
import { type AlchemyOptions, sourceKey } from './ports.ts';

/** Forms that are looked at for one whose request did not occasion a decoy yet. */
const maxLooks = 50;
const decoyLimits = { maxBytes: 8 * 1024 * 1024, maxWidth: 1024, maxHeight: 1024 };
const sourceQuality = 90;

/**
 * A hidden form for a paused worker (`accounts-and-safety.md` PAU-01 to 03): only when a real one waits that
 * it could do, at most one in 30 seconds, never two for one request. The picture is made up.
 */
export async function issueDecoy(
  options: AlchemyOptions,
  pop: { readonly worker: LiveWorker<'interrogation'>; readonly forms: readonly AlchemyForm[] },
  base: string,
): Promise<AlchemyPopForm | undefined> {
  const { db, images, clock } = options;
  const random = options.random ?? Math.random;
  const { worker, forms } = pop;
  const now = clock();
  if (await db.readUnit(() => isTooEarly(db.query, worker.id, now))) return undefined;
  const wanted = { worker: { ...worker, isPaused: false }, forms, prioritised: [], amount: maxLooks, now };
  const waiting = await findCandidates(db, wanted);
  const others = waiting.filter((form) => form.userId !== worker.ownerId).map((form) => form.requestId);
  const name = forms[Math.floor(random() * forms.length)];
  if (others.length === 0 || name === undefined) return undefined;
  const id = randomUUID();
  const key = sourceKey(id);
  const picture = await decoyPicture(random);
  const { width, height } = await images.store('source', key, picture, decoyLimits, sourceQuality);
  const rewardCents = formRewardCents(name, alchemyTiles(width, height));
  const decoy = { id, name, rewardCents, worker, now };
  if (!(await db.write(() => storeDecoy(db.query, decoy, [...new Set(others)])))) {
    await images.remove('source', key);
    return undefined;
  }
  return {
    id,
    form: name,
    source_image: images.downloadLink(base, 'source', key),
    ...(makesPicture(name) ? { r2_upload: images.uploadLink(base, id, formTtlSeconds) } : {}),
  };
}
