import { randomUUID } from 'node:crypto';
import type { AppDatabase } from '#main/db/database.ts';
import type { Clock } from '#shared/common/clock.ts';
import { defaultAmount, type KudosAwardInput, type KudosTransferInput } from '#shared/horde/kudos/schema.ts';
import { awardKudos } from './awards.ts';
import { checkLedger, type LedgerReport, repairLedger } from './audit/index.ts';
import { storeCheck } from './checks.ts';
import { payStipend, stipendiaries } from './grants.ts';
import { releaseOrphanHolds } from './holds.ts';
import { transferKudos } from './transfers.ts';
import { escrowHolders, promoteIfDue } from './trust.ts';

export interface KudosService {
  /** @returns whole kudos that were sent @throws ProblemError of `api.md` 5.9 */
  transfer(input: KudosTransferInput, from: { senderId: number; clientKey?: string }): Promise<number>;
  /** @returns whole kudos that were awarded @throws ProblemError of `api.md` 5.9 */
  award(input: KudosAwardInput, actorId: number): Promise<number>;
  /**
   * Pays monthly kudos that are due, promotes who became old enough and releases holds that are left over;
   * the first time and every day it audits the books. Due at start and every hour.
   */
  sweep(now: number): Promise<KudosSweep>;
  /** Audits the books and keeps the result: gifts wait while they are wrong. */
  audit(now: number): Promise<LedgerReport>;
  /** Sets right what can be set right, then audits. @returns what is still wrong */
  repair(now: number): Promise<LedgerReport>;
}

/** What a sweep did, by name; `problems` are those of the last audit. */
export type KudosSweep = Readonly<Record<'stipends' | 'promoted' | 'released' | 'problems', number>>;

const auditEveryMs = 24 * 60 * 60 * 1000;

/** Kudos of the private horde beyond what its work moves (`kudos.md`). */
export function createKudosService({ db, clock }: { db: AppDatabase; clock: Clock }): KudosService {
  const { query } = db;
  let last: { at: number; problems: number } | undefined;
  const audit = async (now: number): Promise<LedgerReport> => {
    const report = await checkLedger(db);
    await db.write(() => storeCheck(query, { ...report, now }));
    last = { at: now, problems: report.problems.length };
    return report;
  };
  /** @returns how many problems the newest audit found */
  const auditIfDue = async (now: number): Promise<number> => {
    if (last && now - last.at < auditEveryMs) return last.problems;
    return (await audit(now)).problems.length;
  };
  /** One unit an account, so that a long list holds nobody up. */
  const forEach = async (ids: readonly number[], unit: typeof payStipend, now: number): Promise<number> => {
    const done = await Promise.all(ids.map((id) => db.write(() => unit(query, id, now))));
    return done.filter(Boolean).length;
  };
  return {
    transfer: ({ username, amount = defaultAmount }, { senderId, clientKey }) => {
      const order = { senderId, target: username, amount, key: clientKey ?? randomUUID(), now: clock() };
      return db.write(() => transferKudos(query, order));
    },
    award: ({ username, amount = defaultAmount }, actorId) => {
      const order = { actorId, target: username, amount, id: randomUUID(), now: clock() };
      return db.write(() => awardKudos(query, order));
    },
    sweep: async (now) => ({
      stipends: await forEach(await db.readUnit(() => stipendiaries(query)), payStipend, now),
      promoted: await forEach(await db.readUnit(() => escrowHolders(query)), promoteIfDue, now),
      released: await db.write(() => releaseOrphanHolds(query, now)),
      problems: await auditIfDue(now),
    }),
    audit,
    repair: async (now) => {
      await repairLedger(db, { check: String(now), now });
      return audit(now);
    },
  };
}
