import { FetchRefusedError, type GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { signatureOf, type WebhookEvent } from './body.ts';

export interface WebhookSender {
  /** @throws ProblemError 400 `BadRequest` for a URL that no call may go to */
  refuse(url: string): void;
  /** Puts a call into the queue and returns at once; what does not fit is dropped and counted. */
  send(event: WebhookEvent): void;
  /** Calls that were given up or dropped since the start. */
  failures(userId: number): number;
  /** Sends nothing more; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export interface WebhookOptions {
  readonly fetch: GuardedFetch;
  /** `host:port` that calls may go to; none means that webhooks are off. */
  readonly targets: () => readonly string[];
  /** Signs the calls for an account. */
  readonly secretOf: (userId: number) => string;
  readonly clock: Clock;
  /** Resolves after that time, at once when it is aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Queue, tries and time limit of `api.md` 1.14; the pauses are ours (`queue.md` 1.15). */
const maxWaiting = 256;
const maxPerUser = 5;
const pausesMs = [0, 2_000, 10_000];
const timeoutMs = 3_000;
const maxAnswerBytes = 64 * 1024;

/**
 * Tells requesters of what is finished, off the way of the submit (`accounts-and-safety.md` 6.6, WHK-01):
 * only listed targets, no redirects, each call signed. A target that hangs delays the calls of others by
 * its tries at most, since every account's calls wait in a line of their own.
 */
export function createWebhookSender(options: WebhookOptions): WebhookSender {
  const waiting = new Map<number, WebhookEvent[]>();
  const lines = new Map<number, Promise<void>>();
  const failed = new Map<number, number>();
  const ending = new AbortController();
  let total = 0;

  const fail = (userId: number) => failed.set(userId, (failed.get(userId) ?? 0) + 1);
  const work = async (userId: number, line: WebhookEvent[]): Promise<void> => {
    for (let event = line[0]; event && !ending.signal.aborted; event = line[0]) {
      if (!(await deliver(event, options, ending.signal))) fail(userId);
      line.shift();
      total -= 1;
    }
    waiting.delete(userId);
    lines.delete(userId);
  };
  return {
    refuse: (url) => refuseTarget(url, options.targets()),
    send: (event) => {
      const line = waiting.get(event.userId) ?? [];
      if (ending.signal.aborted) return;
      if (total >= maxWaiting || line.length >= maxPerUser) {
        fail(event.userId);
        return;
      }
      line.push(event);
      total += 1;
      if (waiting.has(event.userId)) return;
      waiting.set(event.userId, line);
      lines.set(event.userId, work(event.userId, line));
    },
    failures: (userId) => failed.get(userId) ?? 0,
    stop: async () => {
      ending.abort();
      await Promise.all(lines.values());
    },
  };
}

function refuseTarget(text: string, targets: readonly string[]): void {
  const url = URL.parse(text);
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.password === '';
  if (!isPlain) throw badRequest('A webhook is an https address without a name or a password in it.');
  const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  if (targets.includes(target)) return;
  throw badRequest(
    targets.length === 0
      ? 'Webhooks are switched off on this horde.'
      : `This horde sends no webhooks to ${target}: its host has not listed it.`,
  );
}

const badRequest = (message: string) => new ProblemError(400, 'BadRequest', message);

/** @returns whether somebody took it */
async function deliver(event: WebhookEvent, options: WebhookOptions, signal: AbortSignal): Promise<boolean> {
  const body = JSON.stringify(event.body);
  for (const pauseMs of pausesMs) {
    await options.pause(pauseMs, signal);
    if (signal.aborted) return false;
    if (await isTaken(event, body, options, signal)) return true;
  }
  return false;
}

async function isTaken(
  event: WebhookEvent,
  body: string,
  options: WebhookOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const at = Math.floor(options.clock() / 1000);
  try {
    const { status } = await options.fetch(event.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-yurt-signature': signatureOf(options.secretOf(event.userId), at, body),
      },
      maxBytes: maxAnswerBytes,
      maxRedirects: 0,
      onlyTo: options.targets(),
      timeoutMs,
      signal,
    });
    return status < 400;
  } catch (error) {
    if (error instanceof FetchRefusedError || signal.aborted) return false;
    throw error;
  }
}
