/** Why nothing was fetched. `target`: this address is not called; the others speak for themselves. */
export type RefusalKind = 'target' | 'unreachable' | 'timeout' | 'too_large' | 'redirects';

const sentences: Readonly<Record<RefusalKind, string>> = {
  target: 'This address is not called.',
  unreachable: 'This address does not answer.',
  timeout: 'This address took too long to answer.',
  too_large: 'What this address sends is too large.',
  redirects: 'This address leads on too often.',
};

/** Nothing was fetched. The message says nothing of what was found on the way. */
export class FetchRefusedError extends Error {
  override readonly name = 'FetchRefusedError';
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, options?: ErrorOptions) {
    super(sentences[kind], options);
    this.kind = kind;
  }
}
