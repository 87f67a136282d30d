import { FetchRefusedError } from '#main/platform/guarded-fetch/index.ts';

/** Why nobody was signed in; the sentence for people is the page's. */
export type FailureKind = 'refused' | 'unreachable';

/** A sign-in that failed. Its message is for the log and holds nothing that the provider or the person sent. */
export class SignInFailure extends Error {
  override readonly name = 'SignInFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * What went wrong at the provider. The error itself goes no further: its causes hold tokens and claims, and
 * the OpenID library's messages are fixed sentences.
 */
export function failureOf(error: unknown): SignInFailure {
  if (error instanceof SignInFailure) return error;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof FetchRefusedError) return new SignInFailure('unreachable', cause.message);
  }
  const message = error instanceof Error ? error.message : 'something that is no error was thrown';
  return new SignInFailure('refused', message);
}
