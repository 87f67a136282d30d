import type { GalleryImage, GalleryPage } from '#shared/studio/gallery/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { defaultSettings } from '#shared/studio/settings/schema.ts';

/** Answers the gallery's part of the /app contract from memory, with faults at a test's wish. */
export interface GalleryCore {
  readonly images: Map<string, GalleryImage>;
  /** `METHOD path` of every call, in order. */
  readonly calls: string[];
  /** Calls whose `METHOD path` begins so are answered with 500. */
  readonly failing: Set<string>;
  /** In place of `fetch`. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
}

const problem = (status: number, rc: string): Response =>
  Response.json({ message: `It is ${rc}.`, rc }, { status });

export function createGalleryCore(images: readonly GalleryImage[]): GalleryCore {
  const core: GalleryCore = {
    images: new Map(images.map((image) => [image.id, image])),
    calls: [],
    failing: new Set(),
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input, 'http://127.0.0.1');
      const call = `${init?.method ?? 'GET'} ${url.pathname}${url.search}`;
      core.calls.push(call);
      if ([...core.failing].some((start) => call.startsWith(start))) return problem(500, 'Broken');
      return answer(core, init?.method ?? 'GET', url);
    },
  };
  return core;
}

function answer(core: GalleryCore, method: string, url: URL): Response {
  if (url.pathname === appRoutes.settings) return Response.json(defaultSettings);
  if (url.pathname === appRoutes.gallery) return Response.json(pageOf(core, url.searchParams));
  const [, id = '', verb] = /^\/app\/gallery\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
  const image = core.images.get(decodeURIComponent(id));
  if (image === undefined) return problem(404, 'ImageNotFound');
  if (method === 'DELETE') {
    if (image.binnedAt === null) return problem(409, 'NotBinned');
    core.images.delete(image.id);
    return new Response(null, { status: 204 });
  }
  if (method === 'GET') {
    return verb === undefined ? Response.json(image) : new Response(new Blob(['picture']));
  }
  const changed = { ...image, binnedAt: verb === 'bin' ? 5000 : null };
  core.images.set(image.id, changed);
  return Response.json(changed);
}

/** Newest first, then by id, as core lists them. */
function pageOf(core: GalleryCore, search: URLSearchParams): GalleryPage {
  const isBin = search.get('bin') === 'true';
  const limit = Number(search.get('limit') ?? '60');
  const listed = [...core.images.values()]
    .filter((image) => (image.binnedAt !== null) === isBin)
    .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  const cursor = search.get('cursor');
  const start = cursor === null ? 0 : listed.findIndex((image) => cursorOf(image) === cursor) + 1;
  const images = listed.slice(start, start + limit);
  const last = images.at(-1);
  const hasMore = start + limit < listed.length;
  return { images, nextCursor: hasMore && last !== undefined ? cursorOf(last) : null, total: listed.length };
}

const cursorOf = (image: GalleryImage): string => `${image.createdAt}.${image.id}`;
