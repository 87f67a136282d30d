/** Samplers that the engine runs by their own rule; every other name of the API runs as k_euler. */
export const engineSamplers = ['k_euler', 'k_euler_a', 'k_dpmpp_2m', 'DDIM'] as const;
export type EngineSampler = (typeof engineSamplers)[number];

/** One text-to-image run. Sizes are pixels of the wanted picture, the seed is below 2^32. */
export interface ImageJob {
  /** Model name as offered to hordes, for example "Yurt Tiny". */
  readonly model: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly cfgScale: number;
  /** Any sampler name of the API. */
  readonly sampler: string;
  readonly karras: boolean;
  readonly clipSkip: number;
  readonly seed: number;
  /** Pictures made in one run; picture i takes part i of one noise draw (`engine.md` 2.3). */
  readonly batch: number;
}

/** What the engine tells while it samples. `done` and `expected` count UNet calls, not steps. */
export interface ImageProgress {
  readonly done: number;
  readonly expected: number;
  /** Small WebP of the current estimate of the first picture, at most one per 300 ms. */
  readonly preview: Uint8Array | undefined;
}

/** A finished picture: WebP bytes and what differs from what was asked, in words for the job log. */
export interface ImageResult {
  readonly pictures: ReadonlyArray<{
    readonly webp: Uint8Array;
    readonly width: number;
    readonly height: number;
  }>;
  readonly notes: readonly string[];
  readonly timings: {
    readonly loadMs: number;
    readonly encodeMs: number;
    readonly sampleMs: number;
    readonly decodeMs: number;
  };
}

/** A model that the engine can run as it lies on disk. */
export interface ImageModelInfo {
  readonly name: string;
  readonly id: string;
  readonly baseline: string;
  readonly nativeWidth: number;
  readonly nativeHeight: number;
  readonly defaults: {
    readonly steps: number;
    readonly cfgScale: number;
    readonly sampler: string;
    readonly karras: boolean;
  };
  readonly nsfw: boolean;
  readonly description: string;
  readonly sizeBytes: number;
}

/** A folder that says it is a model but lacks something. */
export interface DamagedModel {
  readonly name: string;
  readonly reason: string;
}

/** What lies in the folders of models. */
export interface ModelScan {
  readonly models: readonly ImageModelInfo[];
  readonly damaged: readonly DamagedModel[];
}

/** Why a job of the engine ended without a result. */
export type EngineErrorCode =
  | 'cancelled'
  | 'engine_died'
  | 'model_unknown'
  | 'model_damaged'
  | 'out_of_memory'
  | 'not_supported'
  | 'bad_picture'
  | 'internal';
