import { networkInterfaces } from 'node:os';
import type { Clock } from '#shared/common/clock.ts';
import { parseAddress } from './address.ts';

const ownLastMs = 10_000;

/** Addresses of this computer's interfaces. */
export function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}

/** Own addresses in canonical form; asking the system for them takes longer than a call should. */
export function rememberOwn(read: () => readonly string[], clock: Clock): () => ReadonlySet<string> {
  let known: { readonly at: number; readonly addresses: ReadonlySet<string> } | undefined;
  return () => {
    const now = clock();
    if (known && Math.abs(now - known.at) < ownLastMs) return known.addresses;
    const addresses = new Set(read().flatMap((text) => parseAddress(text)?.text ?? []));
    known = { at: now, addresses };
    return addresses;
  };
}
