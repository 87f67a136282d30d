import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Whether an address may be somebody on the public internet (`accounts-and-safety.md` T-THR-06): unicast
 * and of no special range. An IPv6 address that carries an IPv4 one is judged by what it carries.
 * @param own addresses of this computer, which are never public to it
 */
export function isPublicAddress(text: string, own: readonly string[]): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (own.some((mine) => isSame(mine, address))) return false;
  const carried = carriedIPv4(address);
  if (carried) return isPublicAddress(carried, own);
  return address.range() === 'unicast';
}

function isSame(mine: string, address: Address): boolean {
  return ipaddr.isValid(mine) && ipaddr.parse(mine).toNormalizedString() === address.toNormalizedString();
}

/** The IPv4 address behind a mapped, NAT64 or 6to4 one. */
function carriedIPv4(address: Address): string | undefined {
  if (!(address instanceof ipaddr.IPv6)) return undefined;
  const bytes = address.toByteArray();
  switch (address.range()) {
    case 'ipv4Mapped':
      return bytes.slice(12).join('.');
    case '6to4':
      return bytes.slice(2, 6).join('.');
    case 'rfc6052':
      // Only the well-known prefix leads to the public internet; 64:ff9b:1::/48 is for local use.
      return bytes.slice(4, 12).every((byte) => byte === 0) ? bytes.slice(12).join('.') : undefined;
    default:
      return undefined;
  }
}
