// @vitest-environment node
import { onlineManager, type QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemOf } from '#ui/testing/values.ts';
import { ApiError } from './client.ts';
import { galleryQuery, systemQuery } from './queries.ts';
import { createQueryClient } from './query-client.ts';

let client: QueryClient;
let asked: string[];
let respond: (path: string) => Response | Promise<Response>;

beforeEach(() => {
  client = createQueryClient();
  asked = [];
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    return respond(path);
  });
});

afterEach(() => {
  onlineManager.setOnline(true);
  client.clear();
  vi.unstubAllGlobals();
});

describe('createQueryClient', () => {
  it('asks core also while the computer is offline', async () => {
    onlineManager.setOnline(false);
    respond = () => Response.json(systemOf());
    expect(await client.fetchQuery(systemQuery)).toEqual(systemOf());
  });

  it.each([
    ['is away', () => Promise.reject(new TypeError('refused')), 3],
    ['is behind a gate that fails', () => new Response('', { status: 503 }), 3],
    ['refuses', () => Response.json({ message: 'No.' }, { status: 400 }), 1],
    ['has a fault', () => Response.json({ message: 'Oh.' }, { status: 500 }), 1],
  ])('tries again where that may help: core %s', async (_what, answer, times) => {
    respond = answer;
    await expect(client.fetchQuery({ ...systemQuery, retry: retryOf(), retryDelay: 1 })).rejects.toThrow(
      ApiError,
    );
    expect(asked).toHaveLength(times);
  });
});

/** `fetchQuery` alone never tries again; on the screen the client's rule holds. */
function retryOf() {
  return client.getDefaultOptions().queries?.retry ?? false;
}

describe('galleryQuery', () => {
  it('asks for page after page by cursor', async () => {
    respond = (path) =>
      Response.json({ images: [], total: 2, nextCursor: path.includes('cursor') ? null : 'a b' });
    await client.fetchInfiniteQuery({ ...galleryQuery(false), pages: 3 });
    expect(asked).toEqual(['/app/gallery?limit=60', '/app/gallery?limit=60&cursor=a+b']);
  });

  it('asks for the bin', async () => {
    respond = () => Response.json({ images: [], total: 0, nextCursor: null });
    await client.fetchInfiniteQuery(galleryQuery(true));
    expect(asked).toEqual(['/app/gallery?limit=60&bin=true']);
  });
});
