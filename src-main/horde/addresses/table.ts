import { networkOf, parseNetwork, type SourceAddress } from './address.ts';

/** Timeouts and blocks as every call looks them up: a few steps, however many there are. */
export class AddressTable {
  #timeouts = new Map<string, number>();
  /** By prefix, then by network. */
  #blocks = new Map<string, Map<string, number>>();

  replace(
    timeouts: ReadonlyArray<{ readonly holder: string; readonly expires: number }>,
    blocks: ReadonlyArray<{ readonly network: string; readonly expires: number }>,
  ): void {
    this.#timeouts = new Map(timeouts.map(({ holder, expires }) => [holder, expires]));
    this.#blocks = new Map();
    for (const { network, expires } of blocks) this.setBlock(network, expires);
  }

  setTimeout(holder: string, expires: number): void {
    this.#timeouts.set(holder, expires);
  }

  setBlock(network: string, expires: number): void {
    const kind = kindOf(network);
    const same = this.#blocks.get(kind) ?? new Map<string, number>();
    this.#blocks.set(kind, same.set(network, expires));
  }

  dropTimeout(holder: string): void {
    this.#timeouts.delete(holder);
  }

  dropBlock(network: string): void {
    this.#blocks.get(kindOf(network))?.delete(network);
  }

  /** When a timeout ends, if one holds. */
  timeoutOf(holder: string, now: number): number | undefined {
    const expires = this.#timeouts.get(holder);
    return expires !== undefined && expires > now ? expires : undefined;
  }

  /** Blocks that hold for an address, the widest first. */
  blocksOf(address: SourceAddress, now: number): Array<{ network: string; expires: number }> {
    const found: Array<{ network: string; expires: number }> = [];
    for (const [kind, networks] of this.#blocks) {
      const [version, prefix] = kind.split('/');
      if (version !== address.kind || networks.size === 0) continue;
      const network = networkOf(address.bytes, Number(prefix)).text;
      const expires = networks.get(network);
      if (expires !== undefined && expires > now) found.push({ network, expires });
    }
    return found.toSorted((one, other) => prefixOf(one.network) - prefixOf(other.network));
  }

  /** All blocks that hold. */
  allBlocks(now: number): Array<{ network: string; expires: number }> {
    return [...this.#blocks.values()]
      .flatMap((networks) => [...networks])
      .map(([network, expires]) => ({ network, expires }))
      .filter(({ expires }) => expires > now);
  }
}

function kindOf(network: string): string {
  return `${parseNetwork(network)?.kind ?? ''}/${prefixOf(network)}`;
}

function prefixOf(network: string): number {
  return Number(network.slice(network.indexOf('/') + 1));
}
