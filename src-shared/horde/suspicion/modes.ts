/** How an address stands with the checker that the host may have set (4.2). */
export type AddressSafety = 'safe' | 'unsafe' | 'unknown';

interface Trusted {
  readonly isTrusted: boolean;
  readonly isVpn: boolean;
}

/** Whether a worker's address is looked at: not where its owner is trusted or may use a VPN (IPS-03). */
export function isWorkerAddressChecked(owner: Trusted): boolean {
  return !owner.isTrusted && !owner.isVpn;
}

/** What the address of a worker's pop means; `suspect` lets it work and adds a point (IPS-04). */
export function workerAddressVerdict(
  safety: AddressSafety,
  modes: { readonly isRaided: boolean },
): 'admit' | 'suspect' | 'UnsafeIP' | 'TooManyNewIPs' {
  if (safety === 'safe') return 'admit';
  if (safety === 'unknown') return 'TooManyNewIPs';
  return modes.isRaided ? 'suspect' : 'UnsafeIP';
}
