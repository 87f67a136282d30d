import { Value } from 'typebox/value';
import { StudioEvent } from './schema.ts';

/**
 * Events of a `text/event-stream` of /app/events, for readers that are no browser. The text may come
 * cut anywhere; what is no event of the contract is left out.
 */
export async function* eventsOf(
  stream: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<StudioEvent> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const data = frame.split('\n').find((line) => line.startsWith('data: '));
      const event: unknown = data === undefined ? undefined : JSON.parse(data.slice('data: '.length));
      if (Value.Check(StudioEvent, event)) yield event;
    }
  }
}
