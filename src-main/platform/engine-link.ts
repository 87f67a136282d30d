import {
  parseFromEngine,
  type EngineReply,
  type EngineRequest,
  type FromEngine,
  type ToEngine,
} from '#shared/engine-protocol/messages.ts';
import { EngineError, type EngineState } from './engine-clients.ts';
import type { EngineProcess } from './ports.ts';

/** The part of the app's log that the supervisor writes to. */
export interface EngineLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface EngineLinkOptions {
  readonly spawn: () => EngineProcess;
  readonly log: EngineLog;
  readonly configuration: ToEngine;
  /** Wait before the first restart; it doubles with every death in a row. */
  readonly restartDelayMs?: number;
}

type Progress = Extract<FromEngine, { type: 'progress' }>;
interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
/** Each kind of request by itself without its id, which the link gives. */
type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

interface Pending extends RequestOptions {
  readonly request: EngineRequest;
  readonly settle: (outcome: EngineReply | EngineError) => void;
  wasSent: boolean;
}

const firstDelayMs = 250;
const longestDelayMs = 30_000;
/** Deaths in a row without an answer in between after which only a new request starts the engine again. */
const maxDeaths = 5;
/** A cancelled request ends between two UNet calls; one that does not is ended with its process. */
const cancelGraceMs = 15_000;
const stopGraceMs = 1500;

/** Keeps one engine process alive and carries requests to it. */
export class EngineLink {
  readonly #options: EngineLinkOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(state: EngineState) => void>();
  #state: EngineState = 'starting';
  #process: EngineProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #deaths = 0;
  #nextId = 1;
  #stopped: Promise<void> | undefined;
  #onEnd: () => void = () => undefined;

  constructor(options: EngineLinkOptions) {
    this.#options = options;
    this.#start();
  }

  get state(): EngineState {
    return this.#state;
  }

  onState(listener: (state: EngineState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sends a request as soon as the process is ready. @throws EngineError */
  async request(request: WithoutId<EngineRequest>, options: RequestOptions = {}): Promise<EngineReply> {
    if (this.#stopped) throw new EngineError('engine_died', 'The engine was stopped');
    if (options.signal?.aborted) throw new EngineError('cancelled', 'The job was cancelled');
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<EngineReply>();
    const settle = (outcome: EngineReply | EngineError): void => {
      this.#pending.delete(id);
      if (outcome instanceof EngineError) reject(outcome);
      else resolve(outcome);
    };
    this.#pending.set(id, { ...options, request: { ...request, id }, settle, wasSent: false });
    if (this.#state === 'failed') this.#start();
    if (this.#state === 'ready') this.#sendWaiting();
    const cancel = this.#watchCancel(id, options.signal);
    return promise.finally(cancel);
  }

  /** Ends the process, by force if it is busy; unfinished requests end with `engine_died`. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  #setState(state: EngineState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  #start(): void {
    clearTimeout(this.#restart);
    if (this.#state === 'failed') this.#setState('restarting');
    const child = this.#options.spawn();
    this.#process = child;
    child.onMessage((message) => this.#receive(message));
    child.onExit((reason) => this.#exited(reason));
    child.send(this.#options.configuration);
  }

  #receive(received: unknown): void {
    const message = parseFromEngine(received);
    if (!message) {
      this.#options.log.warn({}, 'The engine sent what is no message');
      return;
    }
    if (message.type === 'ready') {
      if (this.#stopped) return;
      this.#setState('ready');
      this.#sendWaiting();
      return;
    }
    const pending = this.#pending.get(message.id);
    if (message.type === 'progress') {
      pending?.onProgress?.(message);
      return;
    }
    this.#deaths = 0;
    const isFailure = message.type === 'failed';
    pending?.settle(isFailure ? new EngineError(message.code, message.message) : message);
  }

  #sendWaiting(): void {
    for (const pending of this.#pending.values()) {
      if (pending.wasSent) continue;
      pending.wasSent = true;
      this.#process?.send(pending.request);
    }
  }

  #exited(reason: { code: number | null; signal: string | null }): void {
    this.#process = undefined;
    this.#onEnd();
    this.#deaths++;
    const isOver = this.#deaths >= maxDeaths;
    if (this.#stopped) return;
    this.#setState(isOver ? 'failed' : 'restarting');
    this.#options.log.warn({ ...reason, deaths: this.#deaths }, 'The engine process ended');
    this.#failPending((pending) => pending.wasSent || isOver);
    if (isOver) {
      this.#deaths = 0;
      return;
    }
    const first = this.#options.restartDelayMs ?? firstDelayMs;
    const delayMs = Math.min(longestDelayMs, first * 2 ** (this.#deaths - 1));
    this.#restart = setTimeout(() => this.#start(), delayMs);
  }

  #failPending(isLost: (pending: Pending) => boolean): void {
    for (const pending of [...this.#pending.values()].filter(isLost)) {
      const wasCancelled = pending.signal?.aborted === true;
      pending.settle(
        wasCancelled
          ? new EngineError('cancelled', 'The job was cancelled')
          : new EngineError('engine_died', 'The engine process ended'),
      );
    }
  }

  #watchCancel(id: number, signal: AbortSignal | undefined): () => void {
    let force: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      const pending = this.#pending.get(id);
      if (!pending?.wasSent) {
        pending?.settle(new EngineError('cancelled', 'The job was cancelled'));
        return;
      }
      this.#process?.send({ type: 'cancel', id });
      force = setTimeout(() => this.#process?.kill(), cancelGraceMs);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return () => {
      clearTimeout(force);
      signal?.removeEventListener('abort', cancel);
    };
  }

  async #end(): Promise<void> {
    clearTimeout(this.#restart);
    const child = this.#process;
    if (child) {
      const ended = new Promise<void>((resolve) => {
        this.#onEnd = resolve;
      });
      child.send({ type: 'stop' });
      const force = setTimeout(() => child.kill(), stopGraceMs);
      await ended;
      clearTimeout(force);
    }
    this.#setState('stopped');
    this.#failPending(() => true);
  }
}
