import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request as it goes over the wire, and who wants its answer. */
export interface Call {
  readonly wire: string;
  readonly done?: (answer: Answer) => void;
}

export interface LoadOptions {
  readonly port: number;
  readonly durationMs: number;
  /** Requests under way at once. */
  readonly concurrency: number;
  /**
   * Connections, each from a loopback address of its own: rate limits count by address, and this many
   * callers share the load. At least `concurrency`.
   */
  readonly callers: number;
  /** Undefined ends the load before its time. */
  readonly next: () => Call | undefined;
  /** Requests begun in a second; as fast as the answers come when absent. */
  readonly perSecond?: number;
}

export interface LoadResult {
  readonly answers: number;
  readonly perSecond: number;
}

/** The bytes of a request, made once so that the client costs less than the server. */
export function wireOf(
  method: 'GET' | 'POST',
  path: string,
  options: { port: number; apiKey?: string; body?: unknown },
): string {
  const body = options.body === undefined ? '' : JSON.stringify(options.body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${options.port}`,
    ...(options.apiKey === undefined ? [] : [`apikey: ${options.apiKey}`]),
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** The calls one after the other, over and over. */
export function inTurn(calls: readonly Call[]): () => Call | undefined {
  let turn = 0;
  return () => {
    turn += 1;
    return calls[turn % calls.length];
  };
}

/**
 * Keeps a server busy for a while. Any answer that is not 2xx ends it: a figure of refusals is none.
 * @throws with the first refusal
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { concurrency, durationMs, perSecond } = options;
  const perRunner = Math.max(1, Math.floor(options.callers / concurrency));
  const runners = await Promise.all(
    Array.from({ length: concurrency }, () => openCallers(options.port, perRunner)),
  );
  const start = performance.now();
  const everyMs = perSecond === undefined ? 0 : (concurrency * 1000) / perSecond;
  let answers = 0;
  const run = async (callers: readonly Caller[], at: number): Promise<void> => {
    let due = start + (everyMs * at) / concurrency;
    for (let turn = 0; performance.now() - start < durationMs; turn += 1) {
      if (everyMs > 0) {
        const early = due - performance.now();
        if (early > 0) await delay(early);
        due += everyMs;
      }
      const call = options.next();
      if (call === undefined) return;
      const answer = await callers[turn % callers.length]?.send(call.wire);
      if (!answer || answer.status < 200 || answer.status > 299) {
        throw new Error(`refused: ${answer?.status} ${answer?.body.slice(0, 500)}`);
      }
      answers += 1;
      call.done?.(answer);
    }
  };
  try {
    await Promise.all(runners.map((callers, at) => run(callers, at)));
  } finally {
    for (const caller of runners.flat()) caller.close();
  }
  const elapsedMs = performance.now() - start;
  return { answers, perSecond: (answers * 1000) / elapsedMs };
}

interface Caller {
  send(wire: string): Promise<Answer>;
  close(): void;
}

let addresses = 0;

/** A loopback address that no caller has had yet. Systems with only 127.0.0.1 share that one. */
function nextAddress(): string {
  addresses += 1;
  if (process.platform !== 'linux') return '127.0.0.1';
  return `127.${1 + ((addresses >> 16) & 127)}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

function openCallers(port: number, count: number): Promise<Caller[]> {
  return Promise.all(Array.from({ length: count }, () => openCaller(port)));
}

async function openCaller(port: number): Promise<Caller> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: nextAddress(), noDelay: true });
  await once(socket, 'connect');
  const answers = readAnswers(socket);
  return {
    send: (wire) => {
      const answer = answers();
      socket.write(wire);
      return answer;
    },
    close: () => socket.destroy(),
  };
}

const headEnd = '\r\n\r\n';

const lastChunk = '\r\n0\r\n\r\n';

/** Reads one answer at a time: a status line, and a body whose length is told or that comes in chunks, as they come. */
function readAnswers(socket: Socket): () => Promise<Answer> {
  let received = Buffer.alloc(0);
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  const take = (): Answer | undefined => {
    const end = received.indexOf(headEnd);
    if (end < 0) return undefined;
    const head = received.toString('latin1', 0, end);
    const bodyStart = end + headEnd.length;
    const isChunked = /transfer-encoding: chunked/i.test(head);
    if (isChunked && received.toString('latin1', received.length - lastChunk.length) !== lastChunk) {
      return undefined;
    }
    const told = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const length = isChunked ? received.length - bodyStart : told;
    if (received.length < bodyStart + length) return undefined;
    const body = received.toString('utf8', bodyStart, bodyStart + length);
    received = received.subarray(bodyStart + length);
    return { status: Number(head.slice(9, 12)), body };
  };
  const settle = (): void => {
    const answer = waiting && take();
    if (!answer) return;
    const { resolve } = waiting ?? {};
    waiting = undefined;
    resolve?.(answer);
  };
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    settle();
  });
  const fail = (error: Error): void => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed the connection')));
  return () =>
    new Promise<Answer>((resolve, reject) => {
      waiting = { resolve, reject };
    });
}
