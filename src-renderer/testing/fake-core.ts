import { vi } from 'vitest';
import type { ConnectionList } from '#shared/studio/connections/schema.ts';
import type { CreationList } from '#shared/studio/creations/schema.ts';
import type { StoredDraft } from '#shared/studio/drafts/schema.ts';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import type { GalleryPage } from '#shared/studio/gallery/schema.ts';
import type { StudioModelList } from '#shared/studio/models/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { defaultSettings, type Settings } from '#shared/studio/settings/schema.ts';
import type { SystemInfo } from '#shared/studio/system/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { connectionOf, systemOf, workerOf } from './values.ts';

/** A request that a test answers by itself. */
type Handler = (body: unknown) => Response | Promise<Response>;

/** Core's contract behind `fetch`, for components: values that a test sets, and faults at its wish. */
export interface FakeCore {
  system: SystemInfo;
  settings: Settings;
  worker: WorkerStatus;
  connections: ConnectionList;
  creations: CreationList;
  /** Every call as `METHOD path`, and the bodies sent. */
  readonly calls: string[];
  readonly bodies: unknown[];
  /** Whether core cannot be reached at all. */
  isAway: boolean;
  /** Whether core does not know this page. */
  isSignedOut: boolean;
  /** Answers one route otherwise: `PATCH /app/settings`. */
  on(route: string, handler: Handler): void;
  publish(event: StudioEvent): void;
  dropStreams(): void;
}

export const refusal = (status: number, rc: string, message = 'No.'): Response =>
  Response.json({ message, rc }, { status });

/** Takes the place of `fetch` until `vi.unstubAllGlobals`. */
export function installFakeCore(): FakeCore {
  const handlers = new Map<string, Handler>();
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const encoder = new TextEncoder();
  const core: FakeCore = {
    system: systemOf(),
    settings: defaultSettings,
    worker: workerOf(),
    connections: { connections: [connectionOf()] },
    creations: { creations: [] },
    calls: [],
    bodies: [],
    isAway: false,
    isSignedOut: false,
    on: (route, handler) => void handlers.set(route, handler),
    publish: (event) => {
      for (const stream of streams) stream.enqueue(encoder.encode(`data: ${JSON.stringify(event)}\n\n`));
    },
    dropStreams: () => {
      for (const stream of streams) stream.error(new Error('dropped'));
      streams.clear();
    },
  };

  const openStream = (): Response => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void streams.add(controller) });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };

  const changeSettings = (body: unknown): Response => {
    core.settings = { ...core.settings, ...(typeof body === 'object' ? body : {}) };
    return Response.json(core.settings);
  };

  const switchWorker = (state: 'paused' | 'idle'): Response => {
    core.worker = { ...core.worker, state, reason: state === 'paused' ? 'by_owner' : null };
    return Response.json(core.worker);
  };

  const usual: Readonly<Record<string, Handler>> = {
    [`GET ${appRoutes.events}`]: openStream,
    [`GET ${appRoutes.system}`]: () => Response.json(core.system),
    [`GET ${appRoutes.settings}`]: () => Response.json(core.settings),
    [`PATCH ${appRoutes.settings}`]: changeSettings,
    [`GET ${appRoutes.worker}`]: () => Response.json(core.worker),
    [`POST ${appRoutes.pauseWorker}`]: () => switchWorker('paused'),
    [`POST ${appRoutes.resumeWorker}`]: () => switchWorker('idle'),
    [`GET ${appRoutes.connections}`]: () => Response.json(core.connections),
    [`GET ${appRoutes.creations}`]: () => Response.json(core.creations),
    [`GET ${appRoutes.models}`]: () => Response.json({ models: [] } satisfies StudioModelList),
    [`GET ${appRoutes.createDraft}`]: () => Response.json({ draft: null } satisfies StoredDraft),
    [`GET ${appRoutes.gallery}`]: () =>
      Response.json({ images: [], nextCursor: null, total: 0 } satisfies GalleryPage),
  };

  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}): Promise<Response> => {
    const route = `${init.method ?? 'GET'} ${path.split('?', 1)[0]}`;
    core.calls.push(route);
    if (core.isAway) throw new TypeError('fetch failed');
    if (core.isSignedOut) return refusal(401, 'NotSignedIn');
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    if (body !== undefined) core.bodies.push(body);
    const handler = handlers.get(route) ?? usual[route];
    return handler === undefined ? refusal(404, 'NotFound') : handler(body);
  });
  return core;
}
