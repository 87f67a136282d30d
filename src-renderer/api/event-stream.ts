import type { QueryClient } from '@tanstack/react-query';
import { create } from 'zustand';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { applyStudioEvent, readEverythingAgain } from './apply-event.ts';
import { createSseParser } from './sse.ts';

/**
 * Whether what is on the screen is live. `down`: core does not answer. `signedOut`: core answers but
 * does not know this page any more, since it was started anew; only its own link helps.
 */
type StreamState = 'connecting' | 'open' | 'down' | 'signedOut';

interface StreamStatus {
  readonly state: StreamState;
  /** Epoch milliseconds of the next try while it is closed; null while one runs or none is due. */
  readonly retryAt: number | null;
  /** Tries now instead of at `retryAt`. */
  readonly retryNow: () => void;
}

const atRest: StreamStatus = { state: 'connecting', retryAt: null, retryNow: () => undefined };

export const useStreamState = create<StreamStatus>(() => atRest);

export interface StreamTimes {
  /** Wait after a stream broke; a break that this mends is not shown. */
  readonly mendMs: number;
  /** First wait after a try that failed; doubled up to `mostMs`. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** Core sends a beat every 15 s: a stream silent for longer than this is dead. */
  readonly silenceMs: number;
}

const usualTimes: StreamTimes = { mendMs: 200, firstMs: 1000, mostMs: 10_000, silenceMs: 45_000 };

/** How one stream ended. */
type Ending = 'broken' | 'refused' | 'unreachable';

const isStudioEvent = (value: unknown): value is StudioEvent =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function readEvent(text: string): StudioEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isStudioEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Follows /app/events into the query cache and returns what ends it. A stream that broke, for however
 * long, resumes by `Last-Event-ID`, so that no event is lost; core answers an id that it no longer
 * knows with `resync`. It is read with `fetch`, because `EventSource` hides the status of an answer and
 * forgets the id once it has given up.
 */
export function followEvents(client: QueryClient, times: StreamTimes = usualTimes): () => void {
  const ending = new AbortController();
  const rest = createRest(ending.signal);
  for (const name of ['online', 'focus']) {
    globalThis.addEventListener?.(name, rest.wake, { signal: ending.signal });
  }
  void keepOpen(client, { times, signal: ending.signal, rest });
  return () => {
    ending.abort();
    rest.wake();
    useStreamState.setState(atRest);
  };
}

interface Follow {
  readonly times: StreamTimes;
  readonly signal: AbortSignal;
  readonly rest: Rest;
}

async function keepOpen(client: QueryClient, { times, signal, rest }: Follow): Promise<void> {
  const cursor: Cursor = { lastEventId: undefined };
  let waitMs = times.firstMs;
  while (!signal.aborted) {
    const outcome = await readStream(client, cursor, { times, signal });
    if (signal.aborted) return;
    if (outcome === 'broken') {
      waitMs = times.firstMs;
      useStreamState.setState({ state: 'connecting', retryAt: null });
      await rest.sleep(times.mendMs);
      continue;
    }
    const state = outcome === 'refused' ? 'signedOut' : 'down';
    useStreamState.setState({ state, retryAt: Date.now() + waitMs, retryNow: rest.wake });
    await rest.sleep(waitMs);
    useStreamState.setState({ retryAt: null });
    waitMs = Math.min(waitMs * 2, times.mostMs);
  }
}

interface Cursor {
  lastEventId: string | undefined;
}

async function readStream(
  client: QueryClient,
  cursor: Cursor,
  { times, signal }: Pick<Follow, 'times' | 'signal'>,
): Promise<Ending> {
  const silence = createWatchdog(times.silenceMs);
  let isOpen = false;
  try {
    const response = await fetch(appRoutes.events, {
      cache: 'no-store',
      credentials: 'same-origin',
      headers: {
        accept: 'text/event-stream',
        ...(cursor.lastEventId === undefined ? {} : { 'last-event-id': cursor.lastEventId }),
      },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === 401) return 'refused';
    if (!response.ok || response.body === null) return 'unreachable';
    isOpen = true;
    opened(client, cursor);
    const parser = createSseParser(cursor.lastEventId);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'broken';
      silence.reset();
      for (const message of parser.push(value)) {
        const event = message.data === undefined ? undefined : readEvent(message.data);
        if (event !== undefined) applyStudioEvent(client, event);
        if (message.id !== '') cursor.lastEventId = message.id;
      }
    }
  } catch {
    return isOpen ? 'broken' : 'unreachable';
  } finally {
    silence.stop();
  }
}

/** Resolves once core has answered for the first time, or failed to, or the time is up. */
export function firstAnswer(limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, limitMs);
    const unsubscribe = useStreamState.subscribe(done);
  });
}

/** A stream is open: what was read before, with nothing to resume from, or in vain, is read again. */
function opened(client: QueryClient, cursor: Cursor): void {
  useStreamState.setState({ state: 'open', retryAt: null });
  if (cursor.lastEventId === undefined) readEverythingAgain(client);
  else void client.invalidateQueries({ predicate: (query) => query.state.status === 'error' });
}

interface Rest {
  /** Resolves after the time, or at the next `wake`. */
  sleep(ms: number): Promise<void>;
  readonly wake: () => void;
}

function createRest(signal: AbortSignal): Rest {
  let wakeUp: (() => void) | undefined;
  return {
    sleep: (ms) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          wakeUp = undefined;
          resolve();
        };
        const timer = setTimeout(done, ms);
        wakeUp = done;
        if (signal.aborted) done();
      }),
    wake: () => wakeUp?.(),
  };
}

/** A signal that fires when `reset` was not called for a time. */
function createWatchdog(ms: number) {
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(), ms);
  return {
    signal: controller.signal,
    reset: (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(), ms);
    },
    stop: (): void => clearTimeout(timer),
  };
}
