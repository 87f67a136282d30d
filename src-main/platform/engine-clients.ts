import type {
  EngineErrorCode,
  ImageJob,
  ImageModelInfo,
  ModelScan,
  ImageProgress,
  ImageResult,
} from '#shared/engine-protocol/image.ts';
import type { EncodedPicture, PictureLimits } from '#shared/engine-protocol/media.ts';

/** A job of an engine process that ended without a result. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** State of the image engine as the worker's panel shows it. */
export type EngineState = 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped';

/** Core's side of the image engine. One job runs at a time; the supervisor restarts a dead process. */
export interface ImageEngine {
  readonly state: EngineState;
  onState(listener: (state: EngineState) => void): () => void;
  /** Looks through the model folders. @throws EngineError */
  scan(): Promise<ModelScan>;
  /** Models found on disk. @throws EngineError */
  models(): Promise<readonly ImageModelInfo[]>;
  /** @throws EngineError with `cancelled` when the signal fires, `engine_died` when the process ends. */
  generate(
    job: ImageJob,
    onProgress: (progress: ImageProgress) => void,
    signal: AbortSignal,
  ): Promise<ImageResult>;
  /** Frees the memory of loaded models. */
  unload(): Promise<void>;
  stop(): Promise<void>;
}

/** Core's side of the media process: the only place where pictures from outside are decoded. */
export interface MediaEngine {
  /** Checks, decodes and re-encodes as WebP. @throws EngineError `bad_picture` */
  toWebp(picture: Uint8Array, limits: PictureLimits, quality: number): Promise<EncodedPicture>;
  /** A WebP no larger than `maxSide` on its longer side. @throws EngineError `bad_picture` */
  thumbnail(picture: Uint8Array, limits: PictureLimits, maxSide: number): Promise<EncodedPicture>;
  stop(): Promise<void>;
}
