import type { EngineErrorCode } from '#shared/engine-protocol/image.ts';

/** Why a job ends without a result; travels to core as code and message. */
export class JobError extends Error {
  override readonly name = 'JobError';
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** @throws JobError `cancelled` when the signal has fired. Called between UNet calls, which cannot be stopped. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new JobError('cancelled', 'The job was cancelled');
}
