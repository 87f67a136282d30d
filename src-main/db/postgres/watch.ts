import { setTimeout as delay } from 'node:timers/promises';
import { Client, type Notification } from 'pg';
import type { ForeignChange } from '../database.ts';

/** Channel on which committed changes are told (`migrations/0190-several-processes.ts`). */
const channel = 'yurt_changes';
const heartbeatMs = 15_000;

export interface WatchOptions {
  readonly url: string;
  /** Whether a connection of the server, by its number there, is this process's own. */
  readonly isOwn: (processId: number) => boolean;
  readonly random: () => number;
}

type Listener = (change: ForeignChange) => void;

/** Tells what other processes have committed, in the order of their commits, over one connection. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #listeners = new Set<Listener>();
  readonly #closing = new AbortController();
  #loop: Promise<void> | undefined;
  #client: Client | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#closing.signal.aborted) this.#loop ??= this.#stayConnected();
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#loop;
  }

  async #stayConnected(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#listen();
      } catch {
        // A server that is away: the pause below is all that can be done about it.
      }
      await delay(200 + this.#options.random() * 800, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when the connection has ended. */
  async #listen(): Promise<void> {
    const client = new Client({
      connectionString: this.#options.url,
      application_name: 'yurt watch',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    });
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
      client.on('error', () => undefined);
    });
    client.on('notification', (notification) => this.#hear(notification));
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      // From here on nothing is missed; what was missed before may be anything.
      this.#tell({ table: 'everything' });
      await Promise.race([ended, this.#beat(client)]);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** A server that vanished without a word is noticed by asking it. Rejects when it does not answer. */
  async #beat(client: Client): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await delay(heartbeatMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await client.query('select 1');
    }
  }

  #hear({ processId, payload = '' }: Notification): void {
    if (this.#options.isOwn(processId)) return;
    const [table, id = ''] = splitOnce(payload, '/');
    if (table === 'horde_requests') this.#tell({ table, id });
    else if (table === 'horde_modes') this.#tell({ table });
    // A newer process may tell of more.
    else this.#tell({ table: 'everything' });
  }

  #tell(change: ForeignChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
