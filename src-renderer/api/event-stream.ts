import type { QueryClient } from '@tanstack/react-query';
import { create } from 'zustand';
import type { StudioEvent } from '#shared/studio/events/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { applyStudioEvent } from './apply-event.ts';

type StreamState = 'connecting' | 'open' | 'down';

/** Whether what is on the screen is live. */
export const useStreamState = create<{ state: StreamState }>(() => ({ state: 'connecting' }));

/** First wait before a closed stream is opened again; doubled up to the second figure. */
const reopenMs = { first: 500, most: 8000 };

const isStudioEvent = (value: unknown): value is StudioEvent =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function readEvent(text: string): StudioEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isStudioEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Follows /app/events into the query cache and returns what ends it. The browser resumes a lost
 * stream with `Last-Event-ID` by itself; one that core has closed for good is opened anew, and then
 * everything is read again, since events in between are lost.
 */
export function followEvents(client: QueryClient): () => void {
  let source: EventSource | undefined;
  let timer: number | undefined;
  let waitMs = reopenMs.first;
  let isStale = false;

  const open = (): void => {
    source = new EventSource(appRoutes.events);
    source.onopen = () => {
      waitMs = reopenMs.first;
      useStreamState.setState({ state: 'open' });
      if (isStale) void client.invalidateQueries();
      isStale = false;
    };
    source.onmessage = (message: MessageEvent<string>) => {
      const event = readEvent(message.data);
      if (event !== undefined) applyStudioEvent(client, event);
    };
    source.onerror = () => {
      useStreamState.setState({ state: 'down' });
      isStale = true;
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = window.setTimeout(open, waitMs);
      waitMs = Math.min(waitMs * 2, reopenMs.most);
    };
  };

  open();
  return () => {
    window.clearTimeout(timer);
    source?.close();
    useStreamState.setState({ state: 'connecting' });
  };
}
