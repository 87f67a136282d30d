import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppDatabase } from '#main/db/database.ts';
import { type Query, rows, type Work } from '#main/db/work.ts';
import type { MovementDetail } from '../ledger.ts';
import { upfrontKey } from '../holds.ts';
import { type Finding } from './findings.ts';

/** Requests that one step reads, with all of their jobs and events. */
const requestsPerPage = 100;

/**
 * Compares the ledger with requests and jobs that are still there, and with what is held for them: P6, P7
 * and P15 of `kudos.md` 4.3.
 */
export async function auditWork(db: Pick<AppDatabase, 'readUnit' | 'query'>): Promise<Finding[]> {
  const { query } = db;
  const findings: Finding[] = [];
  let last: string | undefined = '';
  while (last !== undefined) {
    const after: string = last;
    const page = await db.readUnit(() => checkRequests(query, after));
    findings.push(...page.findings);
    last = page.last;
    await nextTurn();
  }
  return [...findings, ...(await db.readUnit(() => orphanHolds(query)))];
}

interface EventRow {
  readonly key: string;
  readonly created: number;
  readonly detail: string;
}

interface RequestRow {
  readonly id: string;
  readonly consumed_cents: number;
  readonly open_slots: number;
}

interface JobRow {
  readonly id: string;
  readonly request_id: string;
  readonly state: string;
}

function* checkRequests(
  query: Query,
  after: string,
): Work<{ findings: Finding[]; last: string | undefined }> {
  const requests = yield* rows(
    query
      .selectFrom('horde_requests')
      .select(['id', 'consumed_cents', 'open_slots'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(requestsPerPage),
  );
  if (requests.length === 0) return { findings: [], last: undefined };
  const ids = requests.map((request) => request.id);
  const jobs = yield* rows(
    query.selectFrom('horde_jobs').select(['id', 'request_id', 'state']).where('request_id', 'in', ids),
  );
  const events = yield* eventsOf(query, [
    ...ids.map((id) => `activate:${id}`),
    ...jobs.map((job) => `settle:${job.id}`),
  ]);
  const holds = yield* rows(
    query
      .selectFrom('kudos_hold')
      .selectAll()
      .where('key', 'in', ids.map(upfrontKey))
      .where('released', 'is', null),
  );
  const holdByKey = new Map(holds.map((hold) => [hold.key, hold]));
  const findings = requests.flatMap((request) => {
    const own = jobs.filter((job) => job.request_id === request.id);
    const found = eventsIn(events, request, own);
    const hold = holdByKey.get(upfrontKey(request.id));
    return [
      ...checkEvents(request, own, events),
      ...checkConsumed(request, found),
      ...(hold ? checkHold(hold, request, { jobs: own, events: found }) : []),
    ];
  });
  return { findings, last: requests.length < requestsPerPage ? undefined : ids.at(-1) };
}

function* eventsOf(query: Query, keys: readonly string[]): Work<ReadonlyMap<string, EventRow>> {
  const found = yield* rows(
    query.selectFrom('kudos_event').select(['key', 'created', 'detail']).where('key', 'in', keys),
  );
  return new Map(found.map((event) => [event.key, event]));
}

function eventsIn(
  events: ReadonlyMap<string, EventRow>,
  request: RequestRow,
  jobs: readonly JobRow[],
): EventRow[] {
  const keys = [`activate:${request.id}`, ...jobs.map((job) => `settle:${job.id}`)];
  return keys.flatMap((key) => events.get(key) ?? []);
}

/** A job is settled when, and only when, it was completed; a request was activated once. */
function checkEvents(
  request: RequestRow,
  jobs: readonly JobRow[],
  events: ReadonlyMap<string, EventRow>,
): Finding[] {
  const findings: Finding[] = [];
  if (!events.has(`activate:${request.id}`)) {
    findings.push({ problem: `request ${request.id} was never activated` });
  }
  for (const job of jobs) {
    const isSettled = events.has(`settle:${job.id}`);
    if (job.state === 'completed' && !isSettled) {
      findings.push({ problem: `job ${job.id} was completed and never settled` });
    }
    // A job that was running when its request was cancelled may be settled, too.
    if (isSettled && job.state !== 'completed' && job.state !== 'cancelled') {
      findings.push({ problem: `job ${job.id} was settled although it is ${job.state}` });
    }
  }
  return findings;
}

/** What a movement takes from its payer, in cents: the floor's lines and what the payer earned are not in it. */
function debitOf({ detail }: EventRow): number {
  // Only `post` writes this column.
  const { lines } = JSON.parse(detail) as MovementDetail;
  return lines.reduce((sum, line) => ('userId' in line.side && line.cents < 0 ? sum - line.cents : sum), 0);
}

function checkConsumed(request: RequestRow, events: readonly EventRow[]): Finding[] {
  const debits = events.reduce((sum, event) => sum + debitOf(event), 0);
  if (debits === request.consumed_cents) return [];
  const says = `request ${request.id} says that it consumed ${request.consumed_cents}`;
  return [{ problem: `${says}, the ledger ${debits}` }];
}

/** A hold is used up by the debits since it was placed, and over with its request. */
function checkHold(
  hold: { key: string; original: number; remaining: number; created: number },
  request: RequestRow,
  work: { jobs: readonly JobRow[]; events: readonly EventRow[] },
): Finding[] {
  const isOver = request.open_slots === 0 && !work.jobs.some((job) => job.state === 'processing');
  const since = work.events.filter((event) => event.created >= hold.created);
  const used = since.reduce((sum, event) => sum + debitOf(event), 0);
  const remaining = Math.max(0, hold.original - used);
  if (isOver) return [overdue(hold)];
  if (remaining === hold.remaining) return [];
  const problem = `${hold.key} holds ${hold.remaining} instead of ${remaining}`;
  return [{ problem, fix: { kind: 'hold', key: hold.key, remaining, isOver } }];
}

function overdue({ key, remaining }: { key: string; remaining: number }): Finding {
  return { problem: `${key} outlives its request`, fix: { kind: 'hold', key, remaining, isOver: true } };
}

/** Holds whose request is gone. */
function* orphanHolds(query: Query): Work<Finding[]> {
  const active = yield* rows(
    query.selectFrom('kudos_hold').select(['key', 'remaining']).where('released', 'is', null),
  );
  const findings: Finding[] = [];
  for (const hold of active) {
    const id = hold.key.slice(upfrontKey('').length);
    const request = yield* rows(query.selectFrom('horde_requests').select('id').where('id', '=', id));
    if (request.length === 0) findings.push(overdue(hold));
  }
  return findings;
}
