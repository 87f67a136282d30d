import { isIP } from 'node:net';
import { FetchRefusedError } from './error.ts';
import { isPublicAddress } from './address-rules.ts';

/** Whom a guarded fetch may call. */
export interface TargetRules {
  /** `host:port` that may be called although the address is private or the port unusual; none by default. */
  readonly allowed: readonly string[];
  /** Calls nobody but those. */
  readonly onlyAllowed: boolean;
  /** All addresses of a name. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** Addresses of this computer. */
  readonly ownAddresses: () => readonly string[];
}

/** A vetted URL with the one address to connect to. */
export interface Target {
  readonly url: URL;
  readonly address: string;
}

/**
 * Judges a URL and everything that its name stands for (`accounts-and-safety.md` T-THR-06). Whatever
 * is wrong, a stranger is told the same.
 * @throws FetchRefusedError
 */
export async function vetTarget(text: string, rules: TargetRules): Promise<Target> {
  const url = parse(text);
  const isListed = rules.allowed.includes(`${url.hostname}:${url.port === '' ? '443' : url.port}`);
  if (!isListed && (rules.onlyAllowed || url.port !== '')) throw new FetchRefusedError('target');
  // The parser has turned decimal, octal, hexadecimal and short forms into the usual ones.
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await resolve(host, rules) : [host];
  const [first] = addresses;
  if (first === undefined) throw new FetchRefusedError('unreachable');
  const own = rules.ownAddresses();
  if (!isListed && !addresses.every((address) => isPublicAddress(address, own))) {
    throw new FetchRefusedError('target');
  }
  return { url, address: first };
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new FetchRefusedError('target');
  }
  return url;
}

async function resolve(host: string, rules: TargetRules): Promise<readonly string[]> {
  try {
    return await rules.resolve(host);
  } catch (error) {
    throw new FetchRefusedError('unreachable', { cause: error });
  }
}
