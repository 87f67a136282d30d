import type { Creation } from '#shared/studio/creations/schema.ts';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { eventsOf } from '#shared/studio/events/stream.ts';
import type { StartLine } from './launch-app.ts';

/** A signed-in owner of a started app, who hears its events from the start. */
export interface StudioSession {
  /** The answer's body; throws for an answer that is no success. */
  call<T>(path: string, method?: 'GET' | 'POST' | 'DELETE', body?: unknown): Promise<T>;
  /** The first event, past or coming, that is so. */
  event(is: (event: StudioEvent) => boolean): Promise<StudioEvent>;
  /** The creation as soon as it is so, by its events and by asking once. */
  creation(id: string, is: (creation: Creation) => boolean): Promise<Creation>;
}

/** Redeems the one-time link of a started app. */
export async function signIn({ app }: Pick<StartLine, 'app'>): Promise<StudioSession> {
  const { origin } = new URL(app);
  const redeemed = await fetch(app, { redirect: 'manual' });
  const cookie = String(redeemed.headers.get('set-cookie')).split(';')[0] ?? '';
  const headers = { cookie, origin };
  const seen: StudioEvent[] = [];
  const listeners = new Set<(event: StudioEvent) => void>();
  const stream = await fetch(`${origin}/app/events`, { headers });
  // It ends with the app, whose end the test asks for.
  void read(stream, (event) => {
    seen.push(event);
    for (const listener of listeners) listener(event);
  }).catch(() => undefined);

  const next = (is: (event: StudioEvent) => boolean): Promise<StudioEvent> =>
    new Promise((resolve) => {
      const listener = (event: StudioEvent): void => {
        if (!is(event)) return;
        listeners.delete(listener);
        resolve(event);
      };
      listeners.add(listener);
    });
  const session: StudioSession = {
    call: async <T>(path: string, method = 'GET', body?: unknown) => {
      const json = body === undefined ? {} : { body: JSON.stringify(body) };
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await fetch(origin + path, { method, headers: { ...headers, ...type }, ...json });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      // What a route answers is the contract of `appRoutes`; 204 has no body.
      return (answer.status === 204 ? undefined : await answer.json()) as T;
    },
    event: async (is) => seen.find(is) ?? next(is),
    creation: async (id, is) => {
      const comes = next(
        (event) => event.type === 'creationChanged' && event.creation.id === id && is(event.creation),
      );
      const now = await session.call<Creation>(`/app/creations/${id}`);
      if (is(now)) return now;
      const event = await comes;
      if (event.type !== 'creationChanged') throw new Error('another event');
      return event.creation;
    },
  };
  return session;
}

async function read({ body }: Response, hear: (event: StudioEvent) => void): Promise<void> {
  for await (const event of eventsOf(body?.pipeThrough(new TextDecoderStream()) ?? [])) hear(event);
}
