import type { Logger } from 'pino';
import type { AppDatabase } from '#main/db/database.ts';
import type { User, UsersService } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import {
  filterTypes,
  type Match,
  type Question,
  scoreOf,
  type Verdict,
} from '#shared/horde/filters/judge.ts';
import { checkPattern } from '#shared/horde/filters/pattern.ts';
import type {
  FilterDetails,
  FilterPromptSuspicion,
  FilterRegex,
  FilterTest,
  PatchExistingFilter,
  PutNewFilter,
} from '#shared/horde/filters/schema.ts';
import { builtInFilters, firstOwnId } from './baseline.ts';
import { FilterRunner } from './filter-runner.ts';
import { builtInPlain, compileFilters, perform } from './filter-set.ts';
import { probeTexts } from './probe.ts';
import type { Task, TaskResult } from './thread-protocol.ts';
import {
  changeFilter,
  createFilter,
  disableFilter,
  filterNotFound,
  type FilterRow,
  removeFilter,
} from './units.ts';

export interface FiltersService {
  /** Reads the filters of before a restart. Call once before the first prompt, and again to see others' changes. */
  load(): Promise<void>;
  list(query: {
    readonly type?: number | undefined;
    readonly contains?: string | undefined;
  }): Promise<FilterDetails[]>;
  /** @throws ProblemError 404 `FilterNotFound` */
  one(id: string): Promise<FilterDetails>;
  /** @throws ProblemError 400 `InvalidFilter` */
  create(input: PutNewFilter, caller: User): Promise<FilterDetails>;
  /** @throws ProblemError 404 `FilterNotFound` · 403 `Forbidden` for a built-in one · 400 `NoFilterModSelected` · `InvalidFilter` */
  change(id: string, input: PatchExistingFilter, caller: User): Promise<FilterDetails>;
  /** @throws ProblemError 404 `FilterNotFound` · 403 `Forbidden` for a built-in one */
  remove(id: string, caller: User): Promise<void>;
  /** All patterns of each type that takes part. */
  joined(type: number | undefined): FilterRegex[];
  /** What the filters find in a prompt; nothing comes of it. */
  test(input: FilterTest): Promise<FilterPromptSuspicion>;
  /** Judges a prompt; undefined when that could not be done in time. */
  judge(question: Question, substitutions: 'none' | 'mature' | 'tagged'): Promise<Verdict | undefined>;
  close(): Promise<void>;
}

export interface FiltersOptions {
  readonly db: AppDatabase;
  readonly users: Pick<UsersService, 'byIds'>;
  readonly clock: Clock;
  readonly log?: Pick<Logger, 'error' | 'warn'> | undefined;
  /** What one prompt may take in the thread. */
  readonly budgetMs?: number;
  /** The file of the thread; tests have one that hangs when it is told to. */
  readonly thread?: URL;
}

/** Prompts up to this length are matched with the built-in filters at once: it takes microseconds. */
const shortPrompt = 4_000;
const probeBudgetMs = 250;
const checkedTypes = Object.values(filterTypes);
const builtInCompiled = compileFilters(builtInPlain);
const editor = 'Yurt';

/**
 * The prompt filters of a horde: the built-in ones and those of its moderators. Moderators' patterns are
 * matched in a thread of their own; without any, short prompts need no thread.
 */
export function createFiltersService(options: FiltersOptions): FiltersService {
  const { db, clock } = options;
  let own: readonly FilterRow[] = [];
  const disable = async (id: number): Promise<void> => {
    await db.write(() => disableFilter(db.query, id - firstOwnId, id, clock()));
    await load();
  };
  const runner = new FilterRunner({
    ...(options.budgetMs === undefined ? {} : { budgetMs: options.budgetMs }),
    ...(options.thread === undefined ? {} : { thread: options.thread }),
    onHang: (id) => {
      options.log?.warn({ filter: id }, 'the filter thread ran out of its time and was ended');
      if (id === undefined || id < firstOwnId) return;
      // At once, and then for good: nothing that waits may hang in it again.
      take(own.map((filter) => (shownId(filter) === id ? { ...filter, is_enabled: 0 } : filter)));
      disable(id).catch((error: unknown) => options.log?.error({ err: error }, 'a filter was not disabled'));
    },
  });
  const take = (filters: readonly FilterRow[]): void => {
    own = filters;
    runner.setFilters([...builtInPlain, ...ownInUse().map((filter) => plainOf(filter))]);
  };
  const ownInUse = () =>
    own.filter((filter) => filter.is_enabled === 1 && checkedTypes.some((it) => it === filter.filter_type));
  const load = async (): Promise<void> => {
    const stored = await db.read.selectFrom('horde_filters').selectAll().orderBy('id').execute();
    // A pattern that a later version made stricter rules for takes no part, and stops nothing else.
    take(stored.filter((filter) => checkPattern(filter.regex).ok));
  };
  const show = async (filters: readonly FilterRow[]): Promise<FilterDetails[]> => {
    const editors = await options.users.byIds([...new Set(filters.map((filter) => filter.editor_id))]);
    return filters.map((filter) => detailsOf(filter, editors.get(filter.editor_id)?.alias ?? ''));
  };
  const showOne = async (filter: FilterRow): Promise<FilterDetails> => {
    const [details] = await show([filter]);
    if (!details) throw filterNotFound();
    return details;
  };
  const run = async (task: Task, length: number): Promise<TaskResult | undefined> => {
    if (ownInUse().length === 0 && length <= shortPrompt) return perform(task, builtInCompiled);
    const outcome = await runner.run(task);
    if (outcome.type === 'hung') return undefined;
    if (outcome.type !== 'failed') return outcome;
    options.log?.error({ reason: outcome.message }, 'a prompt could not be filtered');
    return undefined;
  };
  const refuseInvalid = async (regex: string): Promise<void> => {
    const checked = checkPattern(regex);
    if (!checked.ok) throw invalid(`${checked.problem.message} (position ${checked.problem.position})`);
    const probe = { type: 'probe', pattern: regex, texts: probeTexts({ pattern: regex }) } as const;
    const prober = new FilterRunner({ budgetMs: probeBudgetMs, onHang: () => undefined });
    const { type } = await prober.run(probe);
    await prober.close();
    if (type !== 'probe') throw invalid('it takes too long to match');
  };

  return {
    load,
    list: async ({ type, contains }) => {
      const isWanted = (filter: { type: number; regex: string; description: string | null }) =>
        (type === undefined || filter.type === type) &&
        (contains === undefined ||
          filter.regex.includes(contains) ||
          (filter.description ?? '').includes(contains));
      const built = builtInFilters
        .filter((filter) => isWanted(filter))
        .map((filter) => builtInDetails(filter));
      const found = own.filter((filter) => isWanted({ ...filter, type: filter.filter_type }));
      return [...built, ...(await show(found))];
    },
    one: async (id) => {
      const number = numberOf(id);
      const built = builtInFilters.find((filter) => filter.id === number);
      if (built) return builtInDetails(built);
      const found = own.find((filter) => shownId(filter) === number);
      if (!found) throw filterNotFound();
      return showOne(found);
    },
    create: async (input, caller) => {
      const built = builtInFilters.find(
        ({ regex, type }) => regex === input.regex && type === input.filter_type,
      );
      if (built) return builtInDetails(built);
      await refuseInvalid(input.regex);
      const { regex, filter_type, description = null, replacement = '' } = input;
      const fields = { regex, filter_type, description, replacement };
      const made = await db.write(() => createFilter(db.query, fields, { actorId: caller.id, now: clock() }));
      await load();
      return showOne(made);
    },
    change: async (id, input, caller) => {
      const number = ownNumber(id, own);
      const change = definedOf(input);
      if (Object.keys(change).length === 0) {
        throw new ProblemError(400, 'NoFilterModSelected', 'Nothing to change was sent.');
      }
      if (input.regex !== undefined) await refuseInvalid(input.regex);
      const by = { actorId: caller.id, now: clock() };
      const changed = await db.write(() => changeFilter(db.query, number - firstOwnId, change, by));
      await load();
      return showOne(changed);
    },
    remove: async (id, caller) => {
      const number = ownNumber(id, own);
      const by = { actorId: caller.id, now: clock() };
      await db.write(() => removeFilter(db.query, number - firstOwnId, by));
      await load();
    },
    joined: (type) =>
      checkedTypes
        .filter((it) => type === undefined || it === type)
        .map((it) => ({ filter_type: it, regex: joinedRegex(it, ownInUse()) })),
    test: async ({ prompt, filter_type }) => {
      const result = await run({ type: 'matches', prompt }, prompt.length);
      if (result?.type !== 'matches')
        throw new ProblemError(400, 'BadRequest', 'This prompt takes too long to check.');
      const matches = result.matches.filter(({ type }) => filter_type === undefined || type === filter_type);
      return { suspicion: String(scoreOf(matches)), matches: wordsOf(matches) };
    },
    judge: async (question, substitutions) => {
      const result = await run({ type: 'judge', question, substitutions }, question.prompt.length);
      return result?.type === 'judge' ? result.verdict : undefined;
    },
    close: () => runner.close(),
  };
}

const shownId = (filter: FilterRow): number => filter.id + firstOwnId;

function plainOf(filter: FilterRow) {
  const { regex: pattern, filter_type: type, replacement } = filter;
  return { id: shownId(filter), type, pattern, replacement };
}

function joinedRegex(type: number, own: readonly FilterRow[]): string {
  const built = builtInFilters.filter((filter) => filter.type === type);
  const found = own.filter((filter) => filter.filter_type === type);
  return [...built, ...found].map(({ regex }) => `(?:${regex})`).join('|');
}

function wordsOf(matches: readonly Match[]): string[] {
  return [...new Set(matches.map(({ word }) => word))];
}

function detailsOf(filter: FilterRow, user: string): FilterDetails {
  return {
    id: String(shownId(filter)),
    regex: filter.regex,
    filter_type: filter.filter_type,
    ...(filter.description === null ? {} : { description: filter.description }),
    replacement: filter.replacement,
    user,
  };
}

function builtInDetails(filter: (typeof builtInFilters)[number]): FilterDetails {
  const { id, regex, type, description, replacement } = filter;
  return { id: String(id), regex, filter_type: type, description, replacement, user: editor };
}

/** @throws ProblemError 404 `FilterNotFound` for what is no number */
function numberOf(id: string): number {
  if (!/^[0-9]{1,9}$/.test(id)) throw filterNotFound();
  return Number(id);
}

/** @throws ProblemError 404 `FilterNotFound` · 403 `Forbidden` for a built-in filter */
function ownNumber(id: string, own: readonly FilterRow[]): number {
  const number = numberOf(id);
  if (builtInFilters.some((filter) => filter.id === number)) {
    throw new ProblemError(403, 'Forbidden', 'Built-in filters can be neither changed nor removed.');
  }
  if (!own.some((filter) => shownId(filter) === number)) throw filterNotFound();
  return number;
}

function definedOf(input: PatchExistingFilter) {
  const { regex, filter_type, description, replacement } = input;
  return {
    ...(regex === undefined ? {} : { regex }),
    ...(filter_type === undefined ? {} : { filter_type }),
    ...(description === undefined ? {} : { description }),
    ...(replacement === undefined ? {} : { replacement }),
  };
}

function invalid(why: string): ProblemError {
  return new ProblemError(400, 'InvalidFilter', `The pattern is refused: ${why}.`, {
    errors: { regex: why },
  });
}
