/** What teams ask of other features. */
export interface TeamPorts {
  /** Whether a worker checked in within the last five minutes. */
  readonly isOnline: (workerId: string) => boolean;
  /** Whether a text may not stand where others read it (`accounts-and-safety.md` 4.10). */
  readonly isProfane?: (text: string) => boolean;
}
