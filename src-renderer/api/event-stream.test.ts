// @vitest-environment node
import { type QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { type CoreServer, startCoreServer } from '#ui/testing/core-server.ts';
import { creationOf, workerOf } from '#ui/testing/values.ts';
import { followEvents, useStreamState } from './event-stream.ts';
import { creationsQuery, draftQuery, workerQuery } from './queries.ts';
import { createQueryClient } from './query-client.ts';

const times = { mendMs: 5, firstMs: 20, mostMs: 40, silenceMs: 60_000 };
const working = (step: number): StudioEvent => ({
  type: 'workerChanged',
  worker: workerOf({
    state: 'working',
    job: { id: 'j', model: 'Yurt Tiny', step, steps: 12, startedAt: 1 },
  }),
});

let core: CoreServer;
let client: QueryClient;
let ends: (() => unknown)[];

beforeEach(async () => {
  core = await startCoreServer();
  client = createQueryClient();
  ends = [() => core.stop(), () => client.clear()];
  const reach = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => reach(new URL(path, core.url), init));
  core.answers.set(appRoutes.worker, workerOf());
  core.answers.set(appRoutes.creations, { creations: [] });
  core.answers.set(appRoutes.createDraft, { draft: null });
});

afterEach(async () => {
  for (const end of ends.toReversed()) await end();
  vi.unstubAllGlobals();
});

const state = () => useStreamState.getState().state;
const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });
const step = () => client.getQueryData(workerQuery.queryKey)?.job?.step;

async function follow(changes: Partial<typeof times> = {}): Promise<void> {
  ends.push(followEvents(client, { ...times, ...changes }));
  await until(() => expect(state()).toBe('open'));
}

/** Keeps a query on the screen, as a component does. */
async function watch(query: typeof workerQuery | typeof creationsQuery | typeof draftQuery): Promise<void> {
  const observer = new QueryObserver<unknown>(client, query as { queryKey: readonly unknown[] });
  ends.push(observer.subscribe(() => undefined));
  await until(() => expect(client.getQueryData(query.queryKey)).toBeDefined());
}

describe('followEvents', () => {
  it('writes events into the cache as they come', async () => {
    await watch(workerQuery);
    await follow();
    core.publish(working(3));
    await until(() => expect(step()).toBe(3));
  });

  it('resumes a stream that broke where it was, in order, without reading anything again', async () => {
    await follow();
    await watch(workerQuery);
    core.publish(working(1));
    await until(() => expect(step()).toBe(1));
    const steps: (number | undefined)[] = [];
    ends.push(client.getQueryCache().subscribe(() => steps.push(step())));
    await core.stop();
    await until(() => expect(state()).toBe('down'));
    for (const number of [2, 3, 4]) core.publish(working(number));
    await core.start();
    await until(() => expect(step()).toBe(4));
    expect(state()).toBe('open');
    expect([...new Set(steps)]).toEqual([1, 2, 3, 4].slice(steps.includes(1) ? 0 : 1));
    expect(core.seen.resumedFrom.at(-1)).toBe('1-1');
    expect(core.seen.gets.get(appRoutes.worker)).toBe(1);
  });

  it('resumes from the id that came without an event', async () => {
    await follow();
    core.dropStreams();
    await until(() => expect(core.seen.resumedFrom).toEqual([undefined, '1-0']));
  });

  it('shows no break that is mended at once', async () => {
    await follow();
    const states: string[] = [];
    ends.push(useStreamState.subscribe((status) => states.push(status.state)));
    core.dropStreams();
    await until(() => expect(states).toContain('open'));
    expect(states).not.toContain('down');
  });

  it('reads everything again when core has started anew, but not the draft', async () => {
    await follow();
    await watch(workerQuery);
    await watch(draftQuery);
    core.answers.set(appRoutes.worker, workerOf({ jobsDone: 5 }));
    core.forget();
    core.dropStreams();
    await until(() => expect(client.getQueryData(workerQuery.queryKey)?.jobsDone).toBe(5));
    expect(core.seen.gets.get(appRoutes.createDraft)).toBe(1);
  });

  it('reads again at the first opening what was read before it', async () => {
    await watch(workerQuery);
    core.answers.set(appRoutes.worker, workerOf({ jobsDone: 7 }));
    await follow();
    await until(() => expect(client.getQueryData(workerQuery.queryKey)?.jobsDone).toBe(7));
  });

  it('does not let an answer under way overwrite a newer event', async () => {
    await follow();
    const release = core.hold(appRoutes.creations);
    const observer = new QueryObserver(client, creationsQuery);
    ends.push(observer.subscribe(() => undefined));
    await until(() => expect(core.seen.gets.get(appRoutes.creations)).toBe(1));
    const creation = creationOf();
    core.answers.set(appRoutes.creations, { creations: [creation] });
    core.publish({ type: 'creationChanged', creation });
    await until(() => expect(core.seen.gets.get(appRoutes.creations)).toBe(2));
    release();
    await until(() => expect(client.getQueryData(creationsQuery.queryKey)?.creations).toEqual([creation]));
  });

  it('says when it tries again, waits longer each time, and tries at once when asked to', async () => {
    await follow();
    await core.stop();
    await until(() => expect(state()).toBe('down'));
    const waits: number[] = [];
    const stop = useStreamState.subscribe(({ retryAt }) => {
      if (retryAt !== null) waits.push(retryAt - Date.now());
    });
    await until(() => expect(waits.length).toBeGreaterThan(3));
    stop();
    expect(Math.max(...waits)).toBeGreaterThan(times.firstMs);
    expect(Math.max(...waits)).toBeLessThanOrEqual(times.mostMs);
  });

  it('tries at once when asked to', async () => {
    await core.stop();
    ends.push(followEvents(client, { ...times, firstMs: 60_000, mostMs: 60_000 }));
    await until(() => expect(state()).toBe('down'));
    await core.start();
    useStreamState.getState().retryNow();
    await until(() => expect(state()).toBe('open'));
  });

  it('reads again what could not be read while core was away', async () => {
    await follow();
    await core.stop();
    const observer = new QueryObserver(client, { ...workerQuery, retry: false });
    ends.push(observer.subscribe(() => undefined));
    await until(() => expect(observer.getCurrentResult().isError).toBe(true));
    await core.start();
    await until(() => expect(client.getQueryData(workerQuery.queryKey)).toEqual(workerOf()));
  });

  it('tells a page that core does not know any more from a core that is away, and looks again', async () => {
    await follow();
    core.isSignedOut = true;
    core.dropStreams();
    await until(() => expect(state()).toBe('signedOut'));
    core.isSignedOut = false;
    await until(() => expect(state()).toBe('open'));
  });

  it('takes a stream without beats for dead', async () => {
    await follow({ silenceMs: 50 });
    await until(() => expect(core.seen.resumedFrom.length).toBeGreaterThan(1));
  });

  it('passes over what is no event', async () => {
    await follow();
    await watch(workerQuery);
    // A later core may send what this page does not know.
    core.publish({ type: 'laterInvention' } as unknown as StudioEvent);
    core.publish('nonsense' as unknown as StudioEvent);
    core.publish(working(2));
    await until(() => expect(step()).toBe(2));
    expect(core.seen.resumedFrom).toHaveLength(1);
  });

  it('ends', async () => {
    await follow();
    ends.pop()?.();
    core.publish(working(9));
    core.dropStreams();
    await core.stop();
    expect(state()).toBe('connecting');
    expect(core.seen.resumedFrom).toHaveLength(1);
  });
});
