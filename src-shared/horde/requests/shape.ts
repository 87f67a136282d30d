import type { ImageParams } from './schema.ts';
import type { TextParams } from './text-schema.ts';

/** What requests of every type hold, as they are stored (`queue.md` 1.1). */
export interface CommonShape {
  readonly prompt: string;
  readonly models: readonly string[];
  readonly workers: readonly string[];
  readonly workerBlacklist: boolean;
  readonly nsfw: boolean;
  readonly trustedWorkers: boolean;
  readonly slowWorkers: boolean;
  readonly extraSlowWorkers: boolean;
  readonly disableBatching: boolean;
  readonly jobs: number;
  /** Set where the address it came from is judged unsafe (`queue.md` 3.4, rows 21 and 23). */
  readonly ipRisk?: 'unsafe' | 'unsafe_untrusted';
}

/** Everything that matching, timing and pricing read from an image request (`queue.md` 1.6). */
export interface RequestShape extends CommonShape {
  readonly censorNsfw: boolean;
  readonly r2: boolean;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly accurateSteps: number;
  readonly seed: number | null;
  readonly seedVariation: number | null;
  readonly hasSourceImage: boolean;
  readonly sourceProcessing: string;
  readonly extraSourceImages: number;
  /** What a worker receives as it was asked, defaults filled in; without seed and counts. */
  readonly params: PayloadParams;
}

export type PayloadParams = Omit<ImageParams, 'n' | 'steps' | 'seed' | 'seed_variation' | 'init_as_image'> & {
  readonly width: number;
  readonly height: number;
  readonly karras: boolean;
  readonly cfg_scale: number;
  readonly sampler_name: NonNullable<ImageParams['sampler_name']>;
};

/** The same of a text request. */
export interface TextShape extends CommonShape {
  /** Tokens that one text may have. */
  readonly maxLength: number;
  readonly maxContextLength: number;
  readonly validatedBackends: boolean;
  /** What a worker receives as it was asked, defaults filled in; without the count. */
  readonly params: Omit<TextParams, 'n'>;
}

/** The shape of each type of request. */
export interface Shapes {
  readonly image: RequestShape;
  readonly text: TextShape;
}
