import { type Query, row, run, type Work } from '#main/db/work.ts';
import { defaultProblemLimits, type ProblemLimits, problemWindows } from '#shared/horde/suspicion/reports.ts';
import { notifyOnce } from './notices.ts';

const anonymousId = 0;

/** A result that its worker reported as abuse of children, and who asked for it. */
export interface ProblemJob {
  readonly jobId: string;
  readonly userId: number;
  readonly workerId: string;
  /** The address as it is counted: IPv6 as its /64; undefined where none was kept. */
  readonly addressKey: string | undefined;
  readonly proxiedAccount: string | undefined;
  readonly now: number;
}

/**
 * Records a reported job, once however often it is submitted, and tells the moderators when an account, a
 * proxied account or an address has too many within an hour or a day (GEN-04, GEN-05). Nobody is exempt; the
 * anonymous account is counted by address alone.
 */
export function* recordProblem(
  query: Query,
  problem: ProblemJob,
  limits: ProblemLimits = defaultProblemLimits,
): Work<void> {
  const { jobId, userId, workerId, now } = problem;
  const stored = yield* run(
    query
      .insertInto('horde_problem_jobs')
      .values({
        job_id: jobId,
        user_id: userId,
        worker_id: workerId,
        ip: problem.addressKey ?? null,
        proxied_account: problem.proxiedAccount ?? null,
        created: now,
      })
      .onConflict((conflict) => conflict.column('job_id').doNothing()),
  );
  if (stored === 0) return;
  for (const { subject, where } of holdersOf(problem)) {
    for (const { name, lengthMs, limit } of problemWindows) {
      const since = now - lengthMs;
      let counted = query
        .selectFrom('horde_problem_jobs')
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('created', '>', since);
      for (const [column, value] of where) counted = counted.where(column, '=', value);
      const count = Number((yield* row(counted))?.n ?? 0);
      if (count <= limits[limit]) continue;
      const notice = { kind: 'problem-jobs', subject: `${subject}:${name}`, detail: { count }, now } as const;
      yield* notifyOnce(query, notice, since);
    }
  }
}

type Condition = readonly ['user_id' | 'proxied_account' | 'ip', string | number];

/** By whom and from where: what reports are counted by. */
function holdersOf({ userId, proxiedAccount, addressKey }: ProblemJob) {
  const holders: Array<{ subject: string; where: readonly Condition[] }> = [];
  if (userId !== anonymousId) {
    const isProxied = proxiedAccount !== undefined;
    holders.push({
      subject: isProxied ? `user:${userId}:${proxiedAccount}` : `user:${userId}`,
      where: isProxied
        ? [
            ['user_id', userId],
            ['proxied_account', proxiedAccount],
          ]
        : [['user_id', userId]],
    });
  }
  if (addressKey !== undefined) holders.push({ subject: `ip:${addressKey}`, where: [['ip', addressKey]] });
  return holders;
}
