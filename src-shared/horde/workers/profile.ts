/** Kinds of worker as the API names them: dreamers, scribes, alchemists. */
export const workerKinds = ['image', 'text', 'interrogation'] as const;
export type WorkerKind = (typeof workerKinds)[number];

/** What workers of every kind say in a pop, defaults filled in. */
export interface CommonProfile {
  readonly bridgeAgent: string;
  readonly threads: number;
}

/** What workers say that run models for requests with a prompt. */
export interface ModelProfile extends CommonProfile {
  readonly models: readonly string[];
  readonly nsfw: boolean;
  readonly requireUpfrontKudos: boolean;
  readonly isExtraSlow: boolean;
  readonly allowUnsafeIp: boolean;
  /** Lower case. */
  readonly blacklist: readonly string[];
}

export interface ImageProfile extends ModelProfile {
  readonly maxPixels: number;
  readonly allowImg2img: boolean;
  readonly allowPainting: boolean;
  readonly allowPostProcessing: boolean;
  readonly allowControlnet: boolean;
  readonly allowSdxlControlnet: boolean;
  readonly allowLora: boolean;
  readonly limitMaxSteps: boolean;
}

export interface TextProfile extends ModelProfile {
  /** Tokens that one job may make. */
  readonly maxLength: number;
  /** Tokens that prompt and answer may have together. */
  readonly maxContextLength: number;
}

export interface AlchemyProfile extends CommonProfile {
  readonly forms: readonly string[];
  /** Squares of 512 × 512 that a source picture may have. */
  readonly maxTiles: number;
}

/** The profile of each kind of worker. */
export interface Profiles {
  readonly image: ImageProfile;
  readonly text: TextProfile;
  readonly interrogation: AlchemyProfile;
}
