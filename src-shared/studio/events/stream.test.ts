import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultSettings } from '#shared/studio/settings/schema.ts';
import type { StudioEvent } from './schema.ts';
import { eventsOf } from './stream.ts';

const events: readonly StudioEvent[] = [
  { type: 'settingsChanged', settings: defaultSettings },
  { type: 'creationRemoved', id: 'data: a\n\nb' },
  { type: 'resync' },
];
const text = [
  ...events.map((event, id) => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`),
  ': beat\n\n',
  'id: 9\n\n',
  'data: {"type":"unheardOf"}\n\n',
  'data: {"type":"resync"}',
].join('');

it('gives whole events of the contract alone, wherever the text is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(text.length)), async (cuts) => {
      const ends = [...cuts.toSorted((a, b) => a - b), text.length];
      const chunks = ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end));
      const got: StudioEvent[] = [];
      for await (const event of eventsOf(chunks)) got.push(event);
      expect(got).toEqual(events);
    }),
  );
});
