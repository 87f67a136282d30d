/** What the fix button of a problem does; the screen that shows it brings the action. */
export type ProblemFix = 'retry' | 'changeModel' | 'cheaper' | 'startWorker' | 'editPrompt';

interface ProblemRow {
  /** Key below the `problems` words: `<words>.what` and, where there is one, `<words>.how`. */
  readonly words: string;
  readonly hasHow?: false;
  readonly fix?: ProblemFix;
}

/**
 * Return codes of the horde, error codes of the engine and of this interface, each with a sentence
 * and a fix (`ux.md` 4.5). A code that is not here shows the horde's own words as a quote.
 */
export const problemTable: Readonly<Record<string, ProblemRow>> = {
  unreachable: { words: 'unreachable', fix: 'retry' },
  offline: { words: 'offline' },
  KudosUpfront: { words: 'upfront', fix: 'cheaper' },
  NoAvailableWorker: { words: 'noWorker', fix: 'startWorker' },
  TooManyPrompts: { words: 'tooMany', fix: 'retry' },
  InvalidAPIKey: { words: 'badKey' },
  RequestNotFound: { words: 'gone', fix: 'retry' },
  TimeoutIP: { words: 'waitAddress' },
  MaintenanceMode: { words: 'maintenance', fix: 'retry' },
  WorkerMaintenance: { words: 'workerMaintenance' },
  http_429: { words: 'rateLimit', fix: 'retry' },
  MissingPrompt: { words: 'noPrompt', fix: 'editPrompt' },
  PromptTooLong: { words: 'promptLong', fix: 'editPrompt' },
  CorruptPrompt: { words: 'filtered', fix: 'editPrompt' },
  InvalidSize: { words: 'size' },
  TooManySteps: { words: 'steps', fix: 'cheaper' },
  UnsupportedSampler: { words: 'sampler' },
  ValidationError: { words: 'invalid' },
  http_400: { words: 'invalid' },
  http_404: { words: 'notFound' },
  http_409: { words: 'conflict' },
  http_500: { words: 'internal', fix: 'retry' },
  http_507: { words: 'diskFull', fix: 'retry' },
  disk_full: { words: 'diskFull', fix: 'retry' },
  model_unknown: { words: 'modelUnknown', fix: 'changeModel' },
  model_damaged: { words: 'modelDamaged', fix: 'changeModel' },
  out_of_memory: { words: 'memory', fix: 'cheaper' },
  engine_died: { words: 'engineDied', fix: 'retry' },
  not_supported: { words: 'notSupported', fix: 'changeModel' },
  bad_picture: { words: 'badPicture', fix: 'retry' },
  internal: { words: 'internal', fix: 'retry' },
  censored: { words: 'censored', hasHow: false },
  faulted: { words: 'faulted', fix: 'retry' },
};

/** A problem in words: what happened, what to do where that is known, and the button for it. */
export interface ProblemWords {
  readonly what: string;
  readonly how: string | undefined;
  readonly fix: ProblemFix | undefined;
}

type Translate = (key: string, values?: Record<string, string>) => string;

/** Looks a problem up. `translate` is bound to the `problems` words. */
export function describeProblem(
  translate: Translate,
  problem: { readonly code: string; readonly message: string },
): ProblemWords {
  const row = Object.hasOwn(problemTable, problem.code) ? problemTable[problem.code] : undefined;
  if (row === undefined) {
    return { what: translate('unknown.what', { message: problem.message }), how: undefined, fix: undefined };
  }
  return {
    what: translate(`${row.words}.what`),
    how: row.hasHow === false ? undefined : translate(`${row.words}.how`),
    fix: row.fix,
  };
}
