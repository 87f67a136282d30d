import { Value } from 'typebox/value';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, run, type Work } from '#main/db/work.ts';
import type { Clock } from '#shared/common/clock.ts';
import { defaultHordeSettings, HordeSettings, type HordeSettingsPatch } from '#shared/horde/host/schema.ts';

/** What the host decides: in memory for every request, on disk for every start. */
export interface HordeSettingsService {
  current(): HordeSettings;
  /** Reads what was decided before a restart. Call once. */
  load(): Promise<void>;
  change(patch: HordeSettingsPatch, actorId: number): Promise<HordeSettings>;
}

/** Settings of the private horde; each change leaves a line in the audit log. */
export function createHordeSettings({ db, clock }: { db: AppDatabase; clock: Clock }): HordeSettingsService {
  let settings = defaultHordeSettings;
  return {
    current: () => settings,
    load: async () => {
      const stored = await db.read.selectFrom('horde_settings').selectAll().execute();
      // A value that this version does not know loses itself, not its neighbours.
      for (const { name, value } of stored) {
        const candidate: unknown = { ...settings, [name]: JSON.parse(value) };
        if (Value.Check(HordeSettings, candidate)) settings = candidate;
      }
    },
    change: async (patch, actorId) => {
      await db.write(() => store(db.query, patch, { actorId, now: clock() }));
      settings = { ...settings, ...patch };
      return settings;
    },
  };
}

function* store(query: Query, patch: HordeSettingsPatch, by: { actorId: number; now: number }): Work<void> {
  const changed = Object.entries(patch);
  if (changed.length === 0) return;
  for (const [name, setting] of changed) {
    const value = JSON.stringify(setting);
    yield* run(
      query
        .insertInto('horde_settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value })),
    );
  }
  const line = { created: by.now, actor_id: by.actorId, action: 'settings', detail: JSON.stringify(patch) };
  yield* run(query.insertInto('horde_audit').values(line));
}
