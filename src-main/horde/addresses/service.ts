import type { AppDatabase } from '#main/db/database.ts';
import type { Query, Work } from '#main/db/work.ts';
import { audit, type User } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { IPTimeout } from '#shared/horde/addresses/schema.ts';
import { timeoutMessage } from '#shared/horde/addresses/strikes.ts';
import { isWorkerAddressChecked, workerAddressVerdict } from '#shared/horde/suspicion/modes.ts';
import {
  contains,
  loopback,
  type Network,
  networkOf,
  parseAddress,
  parseNetwork,
  type SourceAddress,
} from './address.ts';
import { interfaceAddresses, rememberOwn } from './own-addresses.ts';
import { createAddressSafety, type SafetyLookup } from './safety.ts';
import { AddressTable } from './table.ts';
import {
  activeAddresses,
  addBlock,
  addTimeout,
  countProxy,
  forgetExpired,
  holderOfUser,
  liftBlock,
  liftTimeout,
  strike,
  type Struck,
} from './units.ts';

/** From where a rejected prompt came. */
export interface StrikeSource {
  /** The address that counts: what a known proxy names, else the socket's. */
  readonly ip: string;
  readonly userId: number;
  /** The socket's address of a known proxy. */
  readonly proxyIp?: string | undefined;
}

/** Who moderates, and from where. */
export interface Moderating {
  readonly caller: User;
  readonly ip: string;
}

export interface AddressesService {
  /** Reads what holds from before a restart. Call once before the first call, and again to see others' changes. */
  load(): Promise<void>;
  /** Refuses generation from a timed-out address; on this computer, by a timed-out account (ADR-03). @throws ProblemError 403 `TimeoutIP` */
  refuse(ip: string, user: { readonly id: number }): void;
  /** Refuses registration from a timed-out address (ACC-23). @throws ProblemError 403 `TimeoutIP` */
  refuseRegistration(ip: string): void;
  /** Whether an address may not call for now; never this computer's own. */
  isTimedOut(ip: string): boolean;
  /** Whether it is known to hide who calls. */
  isUnsafe(ip: string): Promise<boolean>;
  /**
   * Admits the address of a worker's pop (IPS-04).
   * @returns `suspect` where the worker may work and earns a point `UNSAFE_IP`
   * @throws ProblemError 403 `TimeoutIP` · `TooManyNewIPs` · `UnsafeIP`
   */
  admitWorker(ip: string, owner: User): Promise<'admit' | 'suspect'>;
  /** What timeouts and reports count an address by; undefined for what is no address. */
  keyOf(ip: string): string | undefined;
  /** Adds a strike, in the unit that rejects a prompt. */
  strike(query: Query, source: StrikeSource, now: number): Work<Struck | undefined>;
  /** Takes over what a unit wrote, once it is on disk. */
  struck(result: Struck | undefined): void;
  blocks(): IPTimeout[];
  /** @throws ProblemError 400 `BadRequest` */
  find(ip: string): IPTimeout[];
  /** Blocks a network or times out an address. @throws ProblemError 400 `BadRequest` · `BlockTooWide` · `BlockWouldLockOut` */
  add(ipaddr: string, hours: number, by: Moderating): Promise<void>;
  /** @throws ProblemError 400 `BadRequest` */
  lift(ipaddr: string, by: Moderating): Promise<void>;
  /** Blocks the last address of a worker, or lifts that. @throws ProblemError 404 `WorkerNotFound` · 400 `BlockWouldLockOut` */
  blockWorker(workerId: string, days: number, by: Moderating): Promise<void>;
  unblockWorker(workerId: string, by: Moderating): Promise<void>;
  /** Forgets what holds no more. */
  sweep(now: number): Promise<void>;
}

export interface AddressesOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly modes: () => { readonly isRaided: boolean };
  /** None by default: then no address is told to anybody (IPS-06). */
  readonly lookup?: SafetyLookup;
  /** This computer's own addresses. */
  readonly ownAddresses?: () => readonly string[];
  /** Addresses that the host grants softer terms to (STR-03). */
  readonly softAddresses?: () => readonly string[];
}

const hourMs = 3_600_000;
/** How wide a block may be: bits of the prefix (BLK-02). */
const leastPrefix = { ipv4: 8, ipv6: 32 } as const;

/** Source addresses: timeouts, blocks, strikes, and the check for those that hide who calls (4.1 to 4.4). */
export function createAddressesService(options: AddressesOptions): AddressesService {
  const { db, clock } = options;
  const table = new AddressTable();
  const safety = createAddressSafety({ lookup: options.lookup, clock });
  const own = rememberOwn(options.ownAddresses ?? interfaceAddresses, clock);
  const isLocal = (address: SourceAddress) =>
    loopback.some((network) => contains(network, address)) || own().has(address.text);

  const endOf = (address: SourceAddress): number | undefined => {
    const now = clock();
    const ends = table.blocksOf(address, now).map(({ expires }) => expires);
    const timeout = table.timeoutOf(address.key, now);
    return timeout === undefined && ends.length === 0 ? undefined : Math.max(timeout ?? 0, ...ends);
  };
  const refuseUntil = (expires: number | undefined): void => {
    if (expires === undefined) return;
    throw new ProblemError(403, 'TimeoutIP', timeoutMessage(secondsUntil(expires, clock())));
  };
  const refuseAddress = (ip: string): void => {
    const address = parseAddress(ip);
    if (address && !isLocal(address)) refuseUntil(endOf(address));
  };
  const refuseLockOut = (network: Network, by: Moderating): void => {
    if (network.prefix < leastPrefix[network.kind])
      throw badBlock('BlockTooWide', 'This network is too wide to block.');
    const kept = [...own(), by.ip].flatMap((text) => parseAddress(text) ?? []);
    const isLoopback = loopback.some((one) => contains(network, one) || contains(one, network));
    if (!isLoopback && !kept.some((address) => contains(network, address))) return;
    throw badBlock('BlockWouldLockOut', 'This would shut out this computer or yourself.');
  };
  const timeOut = async (address: SourceAddress, expires: number, by: Moderating): Promise<void> => {
    refuseLockOut(address.kind === 'ipv6' ? networkOf(address.bytes, 64) : networkOf(address.bytes, 32), by);
    const until = await db.write(function* () {
      yield* auditAddress(db.query, 'address.timeout', { address: address.key, expires }, by, clock());
      return yield* addTimeout(db.query, address.key, expires);
    });
    table.setTimeout(address.key, until);
  };
  const block = async (network: Network, expires: number, by: Moderating): Promise<void> => {
    refuseLockOut(network, by);
    const until = await db.write(function* () {
      yield* auditAddress(db.query, 'address.block', { network: network.text, expires }, by, clock());
      return yield* addBlock(db.query, network.text, expires);
    });
    table.setBlock(network.text, until);
  };
  const unblock = async (network: Network, by: Moderating): Promise<void> => {
    await db.write(function* () {
      yield* auditAddress(db.query, 'address.unblock', { network: network.text }, by, clock());
      yield* liftBlock(db.query, network.text);
    });
    table.dropBlock(network.text);
  };
  const endTimeout = async (address: SourceAddress, by: Moderating): Promise<void> => {
    await db.write(function* () {
      yield* auditAddress(db.query, 'address.lift', { address: address.key }, by, clock());
      yield* liftTimeout(db.query, address.key);
    });
    table.dropTimeout(address.key);
  };
  const addressOfWorker = async (workerId: string): Promise<SourceAddress> => {
    const found = await db.read
      .selectFrom('horde_workers')
      .select('ip')
      .where('id', '=', workerId)
      .executeTakeFirst();
    if (!found) throw new ProblemError(404, 'WorkerNotFound', `Worker ${workerId} was not found.`);
    return mustBeAddress(found.ip);
  };
  const load = async (): Promise<void> => {
    const { timeouts, blocks } = await db.readUnit(() => activeAddresses(db.query, clock()));
    table.replace(timeouts, blocks);
  };

  return {
    load,
    refuse: (ip, user) => {
      const address = parseAddress(ip);
      if (address && !isLocal(address)) refuseUntil(endOf(address));
      else refuseUntil(table.timeoutOf(holderOfUser(user.id), clock()));
    },
    refuseRegistration: refuseAddress,
    isTimedOut: (ip) => {
      const address = parseAddress(ip);
      return address !== undefined && !isLocal(address) && endOf(address) !== undefined;
    },
    isUnsafe: async (ip) => {
      const address = parseAddress(ip);
      return address !== undefined && (await safety.safetyOf(address)) === 'unsafe';
    },
    admitWorker: async (ip, owner) => {
      refuseAddress(ip);
      const address = parseAddress(ip);
      if (!address || isLocal(address) || !isWorkerAddressChecked(owner)) return 'admit';
      const verdict = workerAddressVerdict(await safety.safetyOf(address), options.modes());
      if (verdict === 'admit' || verdict === 'suspect') return verdict;
      throw new ProblemError(403, verdict, addressRefusals[verdict]);
    },
    keyOf: (ip) => parseAddress(ip)?.key,
    strike: function* (query, { ip, userId, proxyIp }, now) {
      const proxy = proxyIp === undefined ? undefined : parseAddress(proxyIp);
      if (proxy && !isLocal(proxy)) yield* countProxy(query, proxy.key, now);
      const address = parseAddress(ip);
      if (!address || isLocal(address)) {
        return yield* strike(query, { holder: holderOfUser(userId), now, isSoft: false });
      }
      const isSoft = (options.softAddresses?.() ?? []).some(
        (text) => parseAddress(text)?.key === address.key,
      );
      return yield* strike(query, { holder: address.key, now, isSoft });
    },
    struck: (result) => {
      if (result) table.setTimeout(result.holder, result.expires);
    },
    blocks: () =>
      table.allBlocks(clock()).map(({ network, expires }) => timeoutOf(network, expires, clock())),
    find: (ip) => {
      const address = mustBeAddress(ip);
      const now = clock();
      const covering = table.blocksOf(address, now).map((it) => timeoutOf(it.network, it.expires, now));
      const timeout = table.timeoutOf(address.key, now);
      return timeout === undefined ? covering : [...covering, timeoutOf(address.text, timeout, now)];
    },
    add: (ipaddr, hours, by) => {
      const expires = clock() + hours * hourMs;
      return ipaddr.includes('/')
        ? block(mustBeNetwork(ipaddr), expires, by)
        : timeOut(mustBeAddress(ipaddr), expires, by);
    },
    lift: (ipaddr, by) =>
      ipaddr.includes('/') ? unblock(mustBeNetwork(ipaddr), by) : endTimeout(mustBeAddress(ipaddr), by),
    blockWorker: async (workerId, days, by) => {
      const address = await addressOfWorker(workerId);
      const expires = clock() + days * 24 * hourMs;
      if (address.kind === 'ipv6') await block(networkOf(address.bytes, 64), expires, by);
      else await timeOut(address, expires, by);
    },
    unblockWorker: async (workerId, by) => {
      const address = await addressOfWorker(workerId);
      if (address.kind === 'ipv6') await unblock(networkOf(address.bytes, 64), by);
      await endTimeout(address, by);
    },
    sweep: async (now) => {
      await db.write(() => forgetExpired(db.query, now));
      await load();
    },
  };
}

const addressRefusals = {
  UnsafeIP: 'Workers may not use an address that hides who calls. Ask the moderators for the right to.',
  TooManyNewIPs: 'This address could not be checked. Try again later.',
} as const;

function* auditAddress(
  query: Query,
  action: string,
  detail: Readonly<Record<string, unknown>>,
  by: Moderating,
  now: number,
): Work<void> {
  yield* audit(query, { actorId: by.caller.id, action, detail, now });
}

function badBlock(rc: string, message: string): ProblemError {
  return new ProblemError(400, rc, message);
}

function mustBeAddress(text: string): SourceAddress {
  const address = parseAddress(text);
  if (!address) throw new ProblemError(400, 'BadRequest', `'${text}' is not an address.`);
  return address;
}

function mustBeNetwork(text: string): Network {
  const network = parseNetwork(text);
  if (!network) throw new ProblemError(400, 'BadRequest', `'${text}' is not a network.`);
  return network;
}

function secondsUntil(expires: number, now: number): number {
  return Math.max(1, Math.ceil((expires - now) / 1000));
}

function timeoutOf(ipaddr: string, expires: number, now: number): IPTimeout {
  return { ipaddr, seconds: secondsUntil(expires, now) };
}
