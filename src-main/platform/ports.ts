import type { Clock } from '#shared/common/clock.ts';

/** Roles of engine processes (`decisions.md` 36); one entry file serves them all. */
export type EngineRole = 'image' | 'media';

/** A running engine process as core sees it: messages in, messages out, an end. */
export interface EngineProcess {
  readonly pid: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (reason: { code: number | null; signal: string | null }) => void): void;
  kill(): void;
}

/** Where keys are kept: the OS keychain under Electron, a file readable by its owner elsewhere. */
export interface SecretStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** What core needs from its host. Electron and plain Node each hand in their own. */
export interface Platform {
  readonly kind: 'desktop' | 'headless';
  readonly clock: Clock;
  readonly secrets: SecretStore;
  spawnEngine(role: EngineRole): EngineProcess;
}

/** Folders that core reads and writes. All stored paths are relative to `dataDir`, so that it can be moved. */
export interface Folders {
  /** The person's data: database, pictures, logs, secrets. */
  readonly dataDir: string;
  /** Read-only files of the app: embedded models. */
  readonly resourcesDir: string;
  /** The built interface. */
  readonly rendererDir: string;
}
