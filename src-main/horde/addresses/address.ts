import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address in its one canonical form. */
export interface SourceAddress {
  /** Mapped IPv4 as IPv4, IPv6 shortened, no zone (ADR-01). */
  readonly text: string;
  /** What timeouts and strikes are counted by: an IPv4 address, or an IPv6 network of 64 bits (ADR-02). */
  readonly key: string;
  readonly bytes: readonly number[];
  readonly kind: 'ipv4' | 'ipv6';
}

/** A network in its canonical form. */
export interface Network {
  /** Base address and prefix. */
  readonly text: string;
  readonly prefix: number;
  readonly bytes: readonly number[];
  readonly kind: 'ipv4' | 'ipv6';
}

/** Decimal parts alone: `010.1` or `0x7f.1` are addresses to some programs, and not to us. */
const fourParts = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

/** Reads an address, or nothing of what is none. */
export function parseAddress(text: string): SourceAddress | undefined {
  const parsed = parsePlain(text);
  return parsed && sourceAddress(parsed);
}

/** Reads `address/prefix` and clears the bits of hosts (BLK-02), or nothing of what is none. */
export function parseNetwork(text: string): Network | undefined {
  const [base = '', length = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const parsed = parsePlainUnmapped(base);
  if (!parsed) return undefined;
  const isMapped = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress();
  const address = isMapped ? parsed.toIPv4Address() : parsed;
  // A mapped network is one of IPv4, unless it is wider than all of it.
  const prefix = Number(length) - (isMapped ? 96 : 0);
  if (prefix < 0 || prefix > address.toByteArray().length * 8) return undefined;
  return networkOf(address.toByteArray(), prefix);
}

/** The network of a prefix that an address lies in. */
export function networkOf(bytes: readonly number[], prefix: number): Network {
  const base = bytes.map((byte, at) => byte & maskByte(prefix, at));
  const address = ipaddr.fromByteArray(base);
  return { text: `${textOf(address)}/${prefix}`, prefix, bytes: base, kind: address.kind() };
}

export function contains(network: Network, address: Pick<SourceAddress, 'bytes' | 'kind'>): boolean {
  if (network.kind !== address.kind) return false;
  return address.bytes.every((byte, at) => (byte & maskByte(network.prefix, at)) === network.bytes[at]);
}

/**
 * Addresses that nobody outside may be asked about: loopback, private, link-local, shared by carriers,
 * and everything else that is not of the public internet (IPS-06).
 */
export function isPrivate({ text }: Pick<SourceAddress, 'text'>): boolean {
  return ipaddr.parse(text).range() !== 'unicast';
}

/** Loopback networks: a block that holds them would shut out the host. */
export const loopback = [networkOf([127, 0, 0, 0], 8), networkOf([...Array<number>(15).fill(0), 1], 128)];

function maskByte(prefix: number, at: number): number {
  return (0xff << (8 - Math.min(8, Math.max(0, prefix - at * 8)))) & 0xff;
}

function parsePlain(text: string): Address | undefined {
  const parsed = parsePlainUnmapped(text);
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) return parsed.toIPv4Address();
  return parsed;
}

function parsePlainUnmapped(text: string): Address | undefined {
  if (text.length > 60) return undefined;
  const [bare = ''] = text.split('%');
  if (fourParts.test(bare)) return ipaddr.IPv4.isValid(bare) ? ipaddr.IPv4.parse(bare) : undefined;
  return bare.includes(':') && ipaddr.IPv6.isValid(bare) ? ipaddr.IPv6.parse(bare) : undefined;
}

function sourceAddress(address: Address): SourceAddress {
  const bytes = address.toByteArray();
  const text = textOf(address);
  const kind = address.kind();
  return { text, bytes, kind, key: kind === 'ipv4' ? text : networkOf(bytes, 64).text };
}

function textOf(address: Address): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}
