/**
 * The part of `AbortSignal` that shared code uses. Node and browsers both have it; the shared area
 * has neither's types, and where they are there this merges with them.
 */
interface AbortSignal {
  readonly aborted: boolean;
  throwIfAborted(): void;
}
