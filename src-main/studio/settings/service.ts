import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { AppDatabase } from '#main/db/database.ts';
import { createDocument } from '#main/studio/documents/index.ts';
import type { EventHub } from '#main/studio/events/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { defaultSettings, Settings, type SettingsPatch } from '#shared/studio/settings/schema.ts';

/** Settings of the person at this machine, with defaults for what was never set. */
export interface SettingsService {
  get(): Promise<Settings>;
  /** Changes some of them, tells the interface and the listeners. */
  change(patch: SettingsPatch): Promise<Settings>;
  /** Calls back after each change; the function returned ends it. */
  onChange(listener: (settings: Settings) => void): () => void;
}

/** Any object: a value that this version does not know loses itself, not its neighbours. */
const StoredSettings = Type.Record(Type.String(), Type.Unknown());

export function createSettingsService(deps: {
  db: AppDatabase;
  clock: Clock;
  events: EventHub;
}): SettingsService {
  const document = createDocument(deps, 'settings', StoredSettings);
  const listeners = new Set<(settings: Settings) => void>();
  return {
    get: async () => withDefaults(await document.read()),
    change: async (patch) => {
      const settings = withDefaults(
        await document.change((stored) => ({ ...withDefaults(stored), ...patch })),
      );
      deps.events.publish({ type: 'settingsChanged', settings });
      for (const listener of listeners) listener(settings);
      return settings;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

function withDefaults(stored: Record<string, unknown> = {}): Settings {
  let settings = defaultSettings;
  for (const name of Object.keys(defaultSettings)) {
    const candidate: unknown = { ...settings, [name]: stored[name] };
    if (Value.Check(Settings, candidate)) settings = candidate;
  }
  return settings;
}
