import type { AppDatabase } from '#main/db/database.ts';
import { type Query, run, type Work } from '#main/db/work.ts';
import type { User } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { HordeModes, HordeModesInput } from '#shared/horde/status/schema.ts';

/** The switches of the whole horde (`accounts-and-safety.md` 4.9). */
export interface Modes {
  /** Nothing new is accepted or handed out; running jobs end as usual. */
  readonly isInMaintenance: boolean;
  /** New workers need an invitation. */
  readonly isInviteOnly: boolean;
  /** An attack is going on: hostile workers are not told what is noticed. */
  readonly isRaided: boolean;
}

export interface ModesService {
  current(): Modes;
  /** Reads the modes of before a restart. Call once. */
  load(): Promise<void>;
  /** @returns what was changed @throws ProblemError 403 `NotAdmin` · `NotModerator`, 400 `NoHordeModSelected` */
  change(input: HordeModesInput, caller: User): Promise<Partial<HordeModes>>;
  /** Called when maintenance begins, once that is on disk. */
  onMaintenance(listener: () => Promise<void>): void;
}

type ModeName = keyof HordeModesInput;
const names = ['maintenance_mode', 'invite_only_mode', 'raid_mode'] as const satisfies readonly ModeName[];

/** Modes of the private horde: in memory for every request, on disk for every start; each change is audited. */
export function createModesService({ db, clock }: { db: AppDatabase; clock: Clock }): ModesService {
  const on = new Set<ModeName>();
  const listeners: Array<() => Promise<void>> = [];
  return {
    current: () => ({
      isInMaintenance: on.has('maintenance_mode'),
      isInviteOnly: on.has('invite_only_mode'),
      isRaided: on.has('raid_mode'),
    }),
    load: async () => {
      const stored = await db.read.selectFrom('horde_modes').selectAll().execute();
      on.clear();
      for (const mode of stored) if (mode.is_on === 1) on.add(mode.name);
    },
    change: async (input, caller) => {
      const changed = names.flatMap((name) => {
        const value = input[name];
        return value === undefined ? [] : [{ name, isOn: value }];
      });
      if (input.maintenance_mode !== undefined && !caller.isAdmin) {
        throw new ProblemError(403, 'NotAdmin', 'Only admins may switch the maintenance mode.');
      }
      if (!caller.isModerator) {
        throw new ProblemError(403, 'NotModerator', 'Only moderators may switch modes.');
      }
      if (changed.length === 0) throw new ProblemError(400, 'NoHordeModSelected', 'No mode was sent.');
      await db.write(() => storeModes(db.query, changed, { actorId: caller.id, now: clock() }));
      const enters = input.maintenance_mode === true && !on.has('maintenance_mode');
      for (const { name, isOn } of changed) {
        if (isOn) on.add(name);
        else on.delete(name);
      }
      if (enters) for (const listener of listeners) await listener();
      return Object.fromEntries(changed.map(({ name, isOn }) => [name, isOn]));
    },
    onMaintenance: (listener) => void listeners.push(listener),
  };
}

function* storeModes(
  query: Query,
  changed: ReadonlyArray<{ name: ModeName; isOn: boolean }>,
  by: { actorId: number; now: number },
): Work<void> {
  for (const { name, isOn } of changed) {
    const value = { is_on: isOn ? 1 : 0, changed: by.now };
    yield* run(
      query
        .insertInto('horde_modes')
        .values({ name, ...value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(value)),
    );
  }
  const detail = JSON.stringify(Object.fromEntries(changed.map(({ name, isOn }) => [name, isOn])));
  yield* run(
    query
      .insertInto('horde_audit')
      .values({ created: by.now, actor_id: by.actorId, action: 'modes', detail }),
  );
}
