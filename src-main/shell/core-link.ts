import { setTimeout as delay } from 'node:timers/promises';
import { Value } from 'typebox/value';
import { eventsOf } from '#shared/studio/events/stream.ts';
import { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { Settings, type SettingsPatch } from '#shared/studio/settings/schema.ts';
import { SystemInfo } from '#shared/studio/system/schema.ts';
import { WorkerStatus } from '#shared/studio/worker/schema.ts';
import type { Static, TSchema } from 'typebox';

/** What the shell shows of core beside the page: undefined while core does not answer. */
export interface CoreView {
  readonly worker: WorkerStatus | undefined;
  readonly settings: Settings | undefined;
}

/**
 * The shell's own session with core, by the same routes as the page: so it serves a core of this
 * process and one that another process runs alike.
 */
export interface CoreLink {
  readonly view: CoreView;
  pauseWorker(): Promise<void>;
  resumeWorker(): Promise<void>;
  changeSettings(patch: SettingsPatch): Promise<void>;
  systemInfo(): Promise<SystemInfo>;
  /** A picture's facts and, apart, its file. @throws Error when core has no such picture */
  galleryImage(id: string): Promise<GalleryImage>;
  pictureBytes(id: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface CoreLinkOptions {
  /** A fresh one-time link to core. */
  readonly mintLink: () => Promise<string>;
  readonly onChange: (view: CoreView) => void;
  /** Wait before a lost stream of events is opened again. */
  readonly retryMs?: number;
}

/** An answer that was a refusal. */
class RefusedError extends Error {
  readonly status: number;
  constructor(status: number, path: string) {
    super(`Yurt answered ${path} with ${status}`);
    this.status = status;
  }
}

interface SignedIn {
  readonly origin: string;
  readonly cookie: string;
}

/** Signs in, reads what the shell shows, and follows its changes until it is closed. */
export function openCoreLink(options: CoreLinkOptions): CoreLink {
  const ending = new AbortController();
  let view: CoreView = { worker: undefined, settings: undefined };
  let signedIn: Promise<SignedIn> | undefined;

  const change = (next: Partial<CoreView>): void => {
    view = { ...view, ...next };
    options.onChange(view);
  };

  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    signedIn ??= signIn(options.mintLink);
    try {
      const { origin, cookie } = await signedIn;
      const answer = await fetch(origin + path, {
        ...init,
        headers: { ...(init.body ? { 'content-type': 'application/json' } : {}), cookie },
        signal: init.signal ?? ending.signal,
        redirect: 'error',
      });
      if (answer.ok) return answer;
      await answer.body?.cancel();
      throw new RefusedError(answer.status, path);
    } catch (error) {
      // Another launch of core knows nothing of this session; any other refusal leaves it as it is.
      if (!(error instanceof RefusedError && error.status !== 401)) signedIn = undefined;
      throw error;
    }
  };
  const read = async <S extends TSchema>(schema: S, path: string, init?: RequestInit): Promise<Static<S>> =>
    Value.Parse(schema, await (await call(path, init)).json());
  const post = (path: string): Promise<WorkerStatus> => read(WorkerStatus, path, { method: 'POST' });
  const readAll = async (): Promise<void> =>
    change({
      worker: await read(WorkerStatus, appRoutes.worker),
      settings: await read(Settings, appRoutes.settings),
    });

  const follow = async (): Promise<void> => {
    // Opened first: what changes while the values are read arrives after them.
    const { body } = await call(appRoutes.events);
    await readAll();
    for await (const event of eventsOf(body?.pipeThrough(new TextDecoderStream()) ?? [])) {
      if (event.type === 'workerChanged') change({ worker: event.worker });
      else if (event.type === 'settingsChanged') change({ settings: event.settings });
      else if (event.type === 'resync') await readAll();
    }
  };
  const keepFollowing = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await follow().catch(() => undefined);
      if (ending.signal.aborted) return;
      change({ worker: undefined, settings: undefined });
      await delay(options.retryMs ?? 1_000, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const following = keepFollowing();

  return {
    get view() {
      return view;
    },
    pauseWorker: async () => change({ worker: await post(appRoutes.pauseWorker) }),
    resumeWorker: async () => change({ worker: await post(appRoutes.resumeWorker) }),
    changeSettings: async (patch) =>
      change({
        settings: await read(Settings, appRoutes.settings, { method: 'PATCH', body: JSON.stringify(patch) }),
      }),
    systemInfo: () => read(SystemInfo, appRoutes.system),
    galleryImage: (id) => read(GalleryImage, appRoutes.galleryImage(encodeURIComponent(id))),
    pictureBytes: async (id) =>
      new Uint8Array(await (await call(appRoutes.galleryFile(encodeURIComponent(id)))).arrayBuffer()),
    close: async () => {
      ending.abort();
      await following;
    },
  };
}

/** Exchanges a one-time link for this launch's cookie. */
async function signIn(mintLink: () => Promise<string>): Promise<SignedIn> {
  const link = await mintLink();
  const answer = await fetch(link, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
  const [cookie] = answer.headers.getSetCookie().map((text) => text.split(';', 1)[0]);
  if (!cookie) throw new RefusedError(answer.status, '/');
  return { origin: new URL(link).origin, cookie };
}
