import type { Selectable } from 'kysely';
import type { HordeWorkerTable } from '#main/db/tables/horde-work.ts';
import type { User } from '#main/horde/users/index.ts';
import { baselineImageSpeed, slowImageSpeed } from '#shared/horde/jobs/image-match.ts';
import { alchemyUptimeCents, imageUptimeCents, textUptimeCents } from '#shared/horde/kudos/uptime.ts';
import type { PopInput } from '#shared/horde/jobs/schema.ts';
import type { TextPopInput } from '#shared/horde/jobs/text-schema.ts';
import type { Profiles, WorkerKind } from '#shared/horde/workers/profile.ts';
import type { AlchemyOffer, WorkerDetails } from '#shared/horde/workers/schema.ts';
import { slowTextSpeed, textModelBillions } from '#shared/horde/workers/text-models.ts';
import type { LiveWorker } from './live.ts';
import { alchemyProfileOf, imageProfileOf, textProfileOf } from './profile.ts';

export type WorkerRow = Selectable<HordeWorkerTable>;

/** What a worker of each kind sends. */
export interface Offers {
  readonly image: PopInput;
  readonly text: TextPopInput;
  readonly interrogation: AlchemyOffer;
}

/** What differs between the kinds of worker. */
export interface KindRules<K extends WorkerKind> {
  /** @throws ProblemError 400 for models that may not be offered */
  profileOf(input: Offers[K], owner: User): Profiles[K];
  /** The names by which work finds it. */
  offersOf(profile: Profiles[K]): readonly string[];
  /** Speed of a worker that has not delivered yet (`queue.md` 2.8). */
  readonly baselineSpeed: number;
  isSlow(speed: number, profile: Profiles[K]): boolean;
  /** Reward of its owner for one stretch of uptime (`kudos.md` 2.3). */
  uptimeCents(profile: Profiles[K]): number;
  /** The fields of `WorkerDetails` that only this kind has (`api.md` 3.4). */
  detailsOf(profile: Profiles[K], worker: WorkerRow): Partial<WorkerDetails> & { nsfw: boolean };
  /** The speed as people read it; `speed` is undefined before the first job. */
  performance(speed: number | undefined): string;
}

export const kinds: { readonly [K in WorkerKind]: KindRules<K> } = {
  image: {
    profileOf: imageProfileOf,
    offersOf: (profile) => profile.models,
    baselineSpeed: baselineImageSpeed,
    isSlow: (speed) => speed < slowImageSpeed,
    uptimeCents: imageUptimeCents,
    detailsOf: (profile, worker) => ({
      nsfw: profile.nsfw,
      models: [...profile.models],
      max_pixels: profile.maxPixels,
      // Clients of the public horde take whole numbers only here (`worker.md` 5.1).
      megapixelsteps_generated: Math.trunc(worker.things / 1e6),
      img2img: profile.allowImg2img,
      painting: profile.allowPainting,
      'post-processing': profile.allowPostProcessing,
      lora: profile.allowLora,
      controlnet: profile.allowControlnet,
      sdxl_controlnet: profile.allowSdxlControlnet,
    }),
    performance: (speed = baselineImageSpeed) => `${(speed / 1e6).toFixed(1)} megapixelsteps per second`,
  },
  text: {
    profileOf: textProfileOf,
    offersOf: (profile) => profile.models,
    baselineSpeed: 1,
    isSlow: (speed, profile) => speed < slowTextSpeed(profile.models),
    uptimeCents: ({ models, maxContextLength }) =>
      textUptimeCents({
        billions: textModelBillions(models[0] ?? ''),
        maxContextLength,
        // Every agent counts as validated (`decisions.md` 7).
        isValidatedBackend: true,
      }),
    detailsOf: (profile, worker) => ({
      nsfw: profile.nsfw,
      models: [...profile.models],
      max_length: profile.maxLength,
      max_context_length: profile.maxContextLength,
      tokens_generated: worker.things,
    }),
    performance: (speed = 1) => `${speed.toFixed(1)} tokens per second`,
  },
  interrogation: {
    profileOf: alchemyProfileOf,
    offersOf: (profile) => profile.forms,
    baselineSpeed: 1,
    isSlow: (secondsPerForm) => secondsPerForm >= 10,
    uptimeCents: () => alchemyUptimeCents,
    detailsOf: (profile) => ({
      nsfw: false,
      forms: profile.forms.length === 0 ? ['caption'] : [...profile.forms],
    }),
    performance: (speed) =>
      speed === undefined ? 'No requests fulfilled yet' : `${speed.toFixed(1)} seconds per form`,
  },
};

/** Mean of a worker's kept samples; undefined before its first job. */
export function speedOf({ samples }: Pick<WorkerRow, 'samples'>): number | undefined {
  // Only the unit that counts a fulfilment writes this column, numbers alone.
  const list = JSON.parse(samples) as readonly number[];
  const mean = list.reduce((sum, sample) => sum + sample, 0) / Math.max(1, list.length);
  return mean > 0 ? mean : undefined;
}

/** A profile as `checkIn` stored it. */
export function storedProfile<K extends WorkerKind>(_kind: K, worker: WorkerRow): Profiles[K] {
  // Only `profileOf` of the row's kind makes what this column holds; one from before a field was there lacks it.
  return { ...({ allowUnsafeIp: true } as object), ...JSON.parse(worker.profile) } as Profiles[K];
}

/** A row as matching sees it. */
export function liveOf<K extends WorkerKind>(
  kind: K,
  found: WorkerRow,
  seen: Pick<LiveWorker<K>, 'profile' | 'isOwnerTrusted' | 'lastCheckIn'>,
): LiveWorker<K> {
  const speed = speedOf(found) ?? kinds[kind].baselineSpeed;
  return {
    ...seen,
    kind,
    id: found.id,
    name: found.name,
    ownerId: found.user_id,
    isInMaintenance: found.maintenance === 1,
    isPaused: found.paused === 1,
    maintenanceMessage: found.maintenance_msg,
    speed,
    isSlow: kinds[kind].isSlow(speed, seen.profile),
  };
}
