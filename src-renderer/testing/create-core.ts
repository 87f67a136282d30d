import type { Connection } from '#shared/studio/connections/schema.ts';
import {
  type Creation,
  type CreationEstimate,
  type CreationInput,
  terminalStates,
} from '#shared/studio/creations/schema.ts';
import type { CreateDraft } from '#shared/studio/drafts/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';
import { createGalleryCore } from './gallery-core.ts';
import { connectionOf, creationOf, workerOf } from './values.ts';

/** A call as it reached core. */
interface Call {
  /** `METHOD path` without what follows a question mark. */
  readonly what: string;
  readonly body: unknown;
}

/** Answers what the Create screen asks of the /app contract from memory, with faults at a test's wish. */
export interface CreateCore {
  models: readonly StudioModel[];
  worker: WorkerStatus;
  connection: Connection;
  draft: CreateDraft | null;
  creations: Creation[];
  estimate: CreationEstimate;
  readonly images: Map<string, GalleryImage>;
  readonly calls: Call[];
  /** Refusals by `METHOD path`. */
  readonly refusals: Map<string, { status: number; rc: string; message: string }>;
  bodiesOf(what: string): readonly unknown[];
  /** In place of `fetch`. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
}

/** The model that comes with Yurt. */
export const tinyModel: StudioModel = {
  name: 'Yurt Tiny',
  description: '',
  workers: 1,
  queuedJobs: 0,
  etaSeconds: 4,
  isLocal: true,
  nativeWidth: 128,
  nativeHeight: 128,
  defaults: { steps: 12, cfgScale: 5, sampler: 'k_dpmpp_2m', karras: true },
};

const read = (body: BodyInit | null | undefined): unknown =>
  typeof body === 'string' ? JSON.parse(body) : undefined;

export function createCreateCore(images: readonly GalleryImage[] = []): CreateCore {
  const gallery = createGalleryCore(images);
  const core: CreateCore = {
    models: [tinyModel],
    worker: workerOf(),
    connection: connectionOf(),
    draft: null,
    creations: [],
    estimate: { kudos: 8, kudosPerImage: 2, isFree: true, warnings: [] },
    images: gallery.images,
    calls: [],
    refusals: new Map(),
    bodiesOf: (what) => core.calls.filter((call) => call.what === what).map((call) => call.body),
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input, 'http://127.0.0.1');
      const what = `${init?.method ?? 'GET'} ${url.pathname}`;
      const body = read(init?.body);
      core.calls.push({ what, body });
      const refusal = core.refusals.get(what);
      if (refusal !== undefined) {
        return Response.json({ message: refusal.message, rc: refusal.rc }, { status: refusal.status });
      }
      return answer(core, what, body) ?? gallery.fetch(input, init);
    },
  };
  return core;
}

function answer(core: CreateCore, what: string, body: unknown): Response | undefined {
  switch (what) {
    case `GET ${appRoutes.models}`:
      return Response.json({ models: core.models });
    case `GET ${appRoutes.worker}`:
      return Response.json(core.worker);
    case `POST ${appRoutes.resumeWorker}`:
      core.worker = { ...core.worker, state: 'idle' };
      return Response.json(core.worker);
    case `GET ${appRoutes.connections}`:
      return Response.json({ connections: [core.connection] });
    case `GET ${appRoutes.createDraft}`:
      return Response.json({ draft: core.draft });
    case `PUT ${appRoutes.createDraft}`:
      // The fake trusts its one caller to send what the schema says.
      core.draft = body as CreateDraft;
      return Response.json({ draft: core.draft });
    case `POST ${appRoutes.estimate}`:
      return Response.json(core.estimate);
    case `GET ${appRoutes.creations}`:
      return Response.json({ creations: core.creations });
    case `POST ${appRoutes.creations}`:
      return Response.json(add(core, body as CreationInput), { status: 201 });
    default:
      return answerAboutOne(core, what);
  }
}

function add(core: CreateCore, input: CreationInput): Creation {
  const { progress } = creationOf();
  const creation = creationOf({
    id: `c${core.creations.length + 1}`,
    createdAt: 1000 + core.creations.length,
    state: 'sending',
    requestId: null,
    input,
    progress: { ...progress, processing: 0, waiting: 0 },
  });
  core.creations = [creation, ...core.creations];
  return creation;
}

function answerAboutOne(core: CreateCore, what: string): Response | undefined {
  const [, method, id, verb] = /^(\w+) \/app\/creations\/(\w+)(?:\/(\w+))?$/.exec(what) ?? [];
  const creation = core.creations.find((other) => other.id === id);
  if (method === undefined || creation === undefined) return undefined;
  if (verb === 'cancel') {
    const cancelled: Creation = { ...creation, state: 'cancelled' };
    core.creations = core.creations.map((other) => (other.id === id ? cancelled : other));
    return Response.json(cancelled);
  }
  if (verb === 'retry') return Response.json(add(core, creation.input), { status: 201 });
  if (method !== 'DELETE') return Response.json(creation);
  if (!terminalStates.includes(creation.state)) {
    return Response.json({ message: 'It runs.' }, { status: 409 });
  }
  core.creations = core.creations.filter((other) => other.id !== id);
  return new Response(null, { status: 204 });
}
