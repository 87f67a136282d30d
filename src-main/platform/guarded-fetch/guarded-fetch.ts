import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Agent, type Dispatcher, request } from 'undici';
import { FetchRefusedError } from './error.ts';
import { type Target, type TargetRules, vetTarget } from './target.ts';

export interface GuardedFetchOptions {
  /** `host:port` that may be called although private or at an unusual port. Empty in the product's defaults. */
  readonly allowed?: readonly string[];
  /** Certificates, PEM, that are believed besides the built-in ones. */
  readonly ca?: readonly string[];
  readonly resolve?: TargetRules['resolve'];
  readonly ownAddresses?: TargetRules['ownAddresses'];
}

export interface GuardedCall {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes of the answer beyond which it is given up. */
  readonly maxBytes: number;
  /** 3 unless said otherwise; 0 hands a redirect back as it is. */
  readonly maxRedirects?: number;
  /** Calls these `host:port` and nobody else. */
  readonly onlyTo?: readonly string[];
  /** For everything together, 10 s unless said otherwise. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface GuardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Uint8Array;
}

/**
 * Gets what a stranger's URL names, without letting the stranger choose whom this computer talks to.
 * @throws FetchRefusedError
 */
export type GuardedFetch = (url: string, call: GuardedCall) => Promise<GuardedAnswer>;

const connectTimeoutMs = 2_000;
const defaultTimeoutMs = 10_000;
const defaultRedirects = 3;

/**
 * The one way out to addresses that come from outside (`accounts-and-safety.md` T-THR-06): https alone,
 * no credentials, public addresses alone unless listed; the address that was vetted is the one that is
 * connected to; every redirect is vetted anew; time and bytes are limited while they come.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const rules = {
    allowed: options.allowed ?? [],
    resolve: options.resolve ?? resolveAll,
    ownAddresses: options.ownAddresses ?? addressesOfThisComputer,
  };
  return async (url, call) => {
    const limit = AbortSignal.timeout(call.timeoutMs ?? defaultTimeoutMs);
    const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit;
    const listed = call.onlyTo ? { allowed: call.onlyTo, onlyAllowed: true } : { onlyAllowed: false };
    try {
      return await follow(url, { ...call, signal }, { ...rules, ...listed }, options.ca ?? []);
    } catch (error) {
      if (call.signal?.aborted === true || error instanceof FetchRefusedError) throw error;
      throw new FetchRefusedError(limit.aborted ? 'timeout' : 'unreachable', { cause: error });
    }
  };
}

async function follow(
  first: string,
  call: GuardedCall & { readonly signal: AbortSignal },
  rules: TargetRules,
  ca: readonly string[],
): Promise<GuardedAnswer> {
  const most = call.maxRedirects ?? defaultRedirects;
  let url = first;
  for (let redirects = 0; redirects <= most; redirects += 1) {
    const target = await abortable(vetTarget(url, rules), call.signal);
    const answer = await callOnce(target, call, ca);
    const location = answer.headers['location'];
    if (most === 0 || answer.status < 300 || answer.status > 399 || typeof location !== 'string') {
      return answer;
    }
    url = URL.parse(location, target.url.href)?.href ?? '';
  }
  throw new FetchRefusedError('redirects');
}

async function callOnce(
  target: Target,
  call: GuardedCall & { readonly signal: AbortSignal },
  ca: readonly string[],
): Promise<GuardedAnswer> {
  const agent = new Agent({
    connect: {
      timeout: connectTimeoutMs,
      lookup: pinnedTo(target.address),
      ...(ca.length > 0 ? { ca: [...ca] } : {}),
    },
    pipelining: 0,
  });
  try {
    const answer = await request(target.url.href, {
      dispatcher: agent,
      method: call.method ?? 'GET',
      headers: { ...call.headers },
      signal: call.signal,
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    const bytes = await limitedBytes(answer, call.maxBytes);
    return { status: answer.statusCode, headers: answer.headers, bytes };
  } finally {
    await agent.destroy();
  }
}

/** A name resolver that knows one answer, so that nothing can change between the check and the call. */
function pinnedTo(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4;
  return (_host, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

async function limitedBytes(answer: Dispatcher.ResponseData, maxBytes: number): Promise<Uint8Array> {
  if (Number(answer.headers['content-length'] ?? 0) > maxBytes) throw new FetchRefusedError('too_large');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    const bytes: Uint8Array = chunk;
    size += bytes.byteLength;
    if (size > maxBytes) throw new FetchRefusedError('too_large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** A look-up by the system cannot be stopped, but nobody has to wait for it. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function resolveAll(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map((answer) => answer.address);
}

function addressesOfThisComputer(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((it) => it.address));
}
