import { type Query, row, run, type Work } from '#main/db/work.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { AlchemyForm } from '#shared/horde/alchemy/forms.ts';
import type { PictureSize } from '#shared/horde/alchemy/picture-size.ts';
import { alchemyPriority } from '#shared/horde/alchemy/rules.ts';
import { alchemyLifeMs } from '#shared/horde/alchemy/states.ts';
import { alchemyTiles, formRewardCents } from '#shared/horde/kudos/alchemy.ts';

/** Forms that may wait or run for each job that an account may have waiting (CON-03). */
const formsPerConcurrency = 10;

/** A form with the id under which it is handed out first. */
export interface AskedForm {
  readonly id: string;
  readonly name: AlchemyForm;
  readonly payload: Readonly<Record<string, string>> | undefined;
}

export interface NewAlchemyRequest {
  readonly id: string;
  readonly caller: User;
  readonly clientAgent: string;
  readonly ip: string;
  readonly source: PictureSize;
  readonly slowWorkers: boolean;
  readonly needsTrust: boolean;
  readonly webhook: string | undefined;
  readonly forms: readonly AskedForm[];
  readonly now: number;
}

/**
 * Refuses what would go over the caller's limit of forms that wait or run.
 * @throws ProblemError 429 `TooManyPrompts`
 */
export function* checkFormLimit(
  query: Query,
  caller: Pick<User, 'id' | 'concurrency'>,
  asked: number,
): Work<void> {
  const limit = caller.concurrency * formsPerConcurrency;
  const found = yield* row(
    query
      .selectFrom('horde_alchemy_forms')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('user_id', '=', caller.id)
      .where('state', 'in', ['waiting', 'processing']),
  );
  if (Number(found?.n ?? 0) + asked <= limit) return;
  throw new ProblemError(429, 'TooManyPrompts', `At most ${limit} forms may wait or run.`);
}

/** Lets a request's forms wait for workers, or none of them. @throws ProblemError 429 `TooManyPrompts` */
export function* insertAlchemyRequest(query: Query, input: NewAlchemyRequest): Work<void> {
  const { id, caller, source, forms, now } = input;
  yield* checkFormLimit(query, caller, forms.length);
  yield* run(
    query.insertInto('horde_alchemy_requests').values({
      id,
      user_id: caller.id,
      width: source.width,
      height: source.height,
      slow_workers: input.slowWorkers ? 1 : 0,
      client_agent: input.clientAgent,
      ip: input.ip,
      webhook: input.webhook ?? null,
      created: now,
      expiry: now + alchemyLifeMs,
    }),
  );
  const tiles = alchemyTiles(source.width, source.height);
  const common = {
    request_id: id,
    user_id: caller.id,
    state: 'waiting' as const,
    priority: alchemyPriority(caller),
    tiles,
    slow_workers: input.slowWorkers ? 1 : 0,
    needs_trust: input.needsTrust ? 1 : 0,
    failures: 0,
    worker_id: null,
    worker_owner_id: null,
    worker_name: null,
    started: null,
    deadline: null,
    digest: null,
    result: null,
    has_picture: 0,
  };
  const rows = forms.map((form) => ({
    ...common,
    id: form.id,
    name: form.name,
    payload: form.payload ? JSON.stringify(form.payload) : null,
    reward_cents: formRewardCents(form.name, tiles),
  }));
  yield* run(query.insertInto('horde_alchemy_forms').values(rows));
}
