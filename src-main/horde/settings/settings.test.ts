import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDatabase } from '#main/db/database.ts';
import { openTestDatabase } from '#main/db/testing/open-test-database.ts';
import { run } from '#main/db/work.ts';
import { defaultHordeSettings } from '#shared/horde/host/schema.ts';
import { createHordeSettings, type HordeSettingsService } from './index.ts';

let folder: string;
let db: AppDatabase;
let settings: HordeSettingsService;

async function open(): Promise<void> {
  db = await openTestDatabase(join(folder, 'yurt.db'));
  settings = createHordeSettings({ db, clock: () => 1000 });
  await settings.load();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-host-'));
  await open();
});

afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the host's settings", () => {
  it('begin with the defaults and outlive a restart', async () => {
    expect(settings.current()).toEqual(defaultHordeSettings);
    const change = { registration: 'invite' as const, webhook_targets: ['hooks.example:443'] };
    expect(await settings.change(change, 1)).toEqual({ ...defaultHordeSettings, ...change });
    await db.close();
    await open();
    expect(settings.current()).toEqual({ ...defaultHordeSettings, ...change });
  });

  it('leave a line in the audit log', async () => {
    await settings.change({ worker_cap: 5 }, 1);
    expect(await db.read.selectFrom('horde_audit').selectAll().execute()).toEqual([
      expect.objectContaining({ actor_id: 1, action: 'settings', detail: '{"worker_cap":5}', created: 1000 }),
    ]);
  });

  it('lose a stored value that is not understood, and nothing else', async () => {
    await db.write(function* () {
      for (const [name, value] of [
        ['worker_cap', '"many"'],
        ['source_urls', 'true'],
        ['of a later version', '1'],
      ]) {
        yield* run(
          db.query.insertInto('horde_settings').values({ name: String(name), value: String(value) }),
        );
      }
    });
    await settings.load();
    expect(settings.current()).toEqual({ ...defaultHordeSettings, source_urls: true });
  });
});
