/** What the fix button of a problem does; the screen that shows it brings the action. */
export type ProblemFix = 'retry' | 'changeModel' | 'cheaper' | 'startWorker' | 'editPrompt' | 'nativeSize';

interface ProblemRow {
  /** Key below the `problems` words: `<words>.what` and, where there is one, `<words>.how`. */
  readonly words: string;
  readonly hasHow?: false;
  readonly fix?: ProblemFix;
}

/** Codes of this interface, of core and of the engine. */
const ownProblems = {
  unreachable: { words: 'unreachable', fix: 'retry' },
  offline: { words: 'offline' },
  horde_unreachable: { words: 'offline' },
  NotSignedIn: { words: 'notSignedIn' },
  ForeignOrigin: { words: 'notSignedIn' },
  ImageNotFound: { words: 'notFound' },
  ImageNotInBin: { words: 'notInBin' },
  CreationNotFound: { words: 'notFound' },
  CreationRunning: { words: 'conflict' },
  NoPreview: { words: 'notFound' },
  NotFound: { words: 'notFound' },
  http_400: { words: 'invalid' },
  http_403: { words: 'forbidden' },
  http_404: { words: 'notFound' },
  http_409: { words: 'conflict' },
  http_413: { words: 'tooLarge' },
  http_429: { words: 'rateLimit', fix: 'retry' },
  http_500: { words: 'internal', fix: 'retry' },
  http_503: { words: 'busy', fix: 'retry' },
  http_507: { words: 'diskFull', fix: 'retry' },
  disk_full: { words: 'diskFull', fix: 'retry' },
  model_unknown: { words: 'modelUnknown', fix: 'changeModel' },
  model_damaged: { words: 'modelDamaged', fix: 'changeModel' },
  out_of_memory: { words: 'memory', fix: 'cheaper' },
  engine_died: { words: 'engineDied', fix: 'retry' },
  not_supported: { words: 'notSupported', fix: 'changeModel' },
  bad_picture: { words: 'badPicture', fix: 'retry' },
  internal: { words: 'internal', fix: 'retry' },
  cancelled: { words: 'cancelled', hasHow: false },
  censored: { words: 'censored', hasHow: false },
  faulted: { words: 'faulted', fix: 'retry' },
} as const satisfies Record<string, ProblemRow>;

/** Why no worker can do a request, as far as the interface can tell (`ux.md` 2.2). */
const impossibleProblems = {
  NoAvailableWorker: { words: 'noWorker', fix: 'startWorker' },
  worker_stopped: { words: 'workerStopped', fix: 'startWorker' },
  worker_paused: { words: 'workerPaused', fix: 'startWorker' },
  no_worker_for_model: { words: 'noWorkerForModel', fix: 'changeModel' },
  no_worker_for_settings: { words: 'noWorkerForSettings', fix: 'nativeSize' },
} as const satisfies Record<string, ProblemRow>;

/** Refusals of a request for pictures (`api.md` 2.1 to 2.4, 5.1). */
const requestProblems = {
  KudosUpfront: { words: 'upfront', fix: 'cheaper' },
  TooManyPrompts: { words: 'tooMany', fix: 'retry' },
  MaintenanceMode: { words: 'maintenance', fix: 'retry' },
  TimeoutIP: { words: 'waitAddress' },
  TermsNotAccepted: { words: 'terms' },
  UnsafeIP: { words: 'unsafeAddress' },
  UntrustedUnsafeIP: { words: 'unsafeAddress' },
  TooManyNewIPs: { words: 'busy', fix: 'retry' },
  BannedClientAgent: { words: 'bannedProgram' },
  BadClientAgent: { words: 'bannedProgram' },
  BadRequest: { words: 'refused' },
  Forbidden: { words: 'forbidden' },
  MissingPrompt: { words: 'noPrompt', fix: 'editPrompt' },
  CorruptPrompt: { words: 'filtered', fix: 'editPrompt' },
  InvalidPromptSize: { words: 'promptLong', fix: 'editPrompt' },
  NulByteInPayload: { words: 'promptNul', fix: 'editPrompt' },
  RequiresTrust: { words: 'needsTrust' },
  RequestNotFound: { words: 'gone', fix: 'retry' },
  RequestExpired: { words: 'gone', fix: 'retry' },
  WorkerNotFound: { words: 'workerGone' },
  NoValidWorkers: { words: 'noWorker', fix: 'startWorker' },
  UnsupportedModel: { words: 'noWorkerForModel', fix: 'changeModel' },
  UnexpectedModelName: { words: 'modelUnfit', fix: 'changeModel' },
  InvalidSize: { words: 'size', fix: 'nativeSize' },
  TooManySteps: { words: 'steps', fix: 'cheaper' },
  UnsupportedSampler: { words: 'sampler' },
  BadCFGDecimals: { words: 'guidance' },
  BadCFGNumber: { words: 'guidance' },
  HiResMismatch: { words: 'modelUnfit', fix: 'changeModel' },
  HiResFixMismatch: { words: 'modelUnfit', fix: 'changeModel' },
  TilingMismatch: { words: 'modelUnfit', fix: 'changeModel' },
  Img2ImgMismatch: { words: 'modelUnfit', fix: 'changeModel' },
  InvalidTransparencyModel: { words: 'modelUnfit', fix: 'changeModel' },
  InvalidTransparencyImg2Img: { words: 'transparency' },
  InvalidTransparencyCN: { words: 'transparency' },
  InvalidRemix: { words: 'modelUnfit', fix: 'changeModel' },
  InvalidRemixModel: { words: 'modelUnfit', fix: 'changeModel' },
  TooManyUpscalers: { words: 'upscalers' },
  TooManyLoras: { words: 'loras' },
  BadLoraVersion: { words: 'loraVersion' },
  TooManyTIs: { words: 'embeddings' },
  BetaAnonForbidden: { words: 'beta', fix: 'changeModel' },
  BetaComparisonFault: { words: 'beta', fix: 'changeModel' },
  SpecialMissingUsername: { words: 'special', fix: 'changeModel' },
  SpecialMissingPayload: { words: 'special', fix: 'changeModel' },
  SpecialFieldNeedsSpecialUser: { words: 'special', fix: 'changeModel' },
  SpecialModelNeedsSpecialUser: { words: 'special', fix: 'changeModel' },
  SpecialForbidden: { words: 'special', fix: 'changeModel' },
  StyleNotFound: { words: 'style' },
  StyleMismatch: { words: 'style' },
} as const satisfies Record<string, ProblemRow>;

/** Start pictures, masks and control pictures of a request. */
const sourceProblems = {
  ImageValidationFailed: { words: 'sourceUnreadable' },
  SourceImageUnreadable: { words: 'sourceUnreadable' },
  SourceImageUrlInvalid: { words: 'sourceUrl' },
  SourceImageResolutionExceeded: { words: 'sourceLarge' },
  SourceImageSizeExceeded: { words: 'sourceLarge' },
  SourceImageRequiredForModel: { words: 'sourceNeeded', fix: 'changeModel' },
  SourceMaskUnnecessary: { words: 'maskWithoutSource' },
  InpaintingMissingMask: { words: 'maskNeeded' },
  'TooManyExtraSourceImages.': { words: 'extraSources' },
  'MoreThanMinExtraSourceImage.': { words: 'extraSources' },
  'InvalidExtraSourceImages.': { words: 'extraSources' },
  'InvalidExtraTexts.': { words: 'extraTexts' },
  'MissingExtraTexts.': { words: 'extraTexts' },
  ControlNetUnsupported: { words: 'control', fix: 'changeModel' },
  ControlNetMismatch: { words: 'control', fix: 'changeModel' },
  'ControlNetMismatch.': { words: 'control', fix: 'changeModel' },
  ControlNetSourceMissing: { words: 'sourceNeeded' },
  ControlNetInpaintingMismatch: { words: 'controlMask' },
  ControlNetInvalidPayload: { words: 'controlMap' },
} as const satisfies Record<string, ProblemRow>;

/** Accounts, keys and workers, as far as a request or the local worker meets them. */
const accountProblems = {
  InvalidAPIKey: { words: 'badKey' },
  DeletedUser: { words: 'accountDeleted' },
  OnlyServiceAccountProxy: { words: 'forbidden' },
  SharedKeyEmpty: { words: 'sharedKeyEmpty', fix: 'cheaper' },
  SharedKeyInsufficientKudos: { words: 'sharedKeyEmpty', fix: 'cheaper' },
  SharedKeyExpired: { words: 'sharedKeyExpired' },
  SharedKeyAssignedStyles: { words: 'sharedKeyStyles' },
  UserNotFound: { words: 'badKey' },
  WrongCredentials: { words: 'workerNotYours' },
  AnonForbiddenWorker: { words: 'workerNeedsKey' },
  WorkerMaintenance: { words: 'workerMaintenance' },
  WorkerFlaggedMaintenance: { words: 'workerMaintenance' },
  WorkerInviteOnly: { words: 'workerInvite' },
  TooManyWorkers: { words: 'tooManyWorkers' },
  TooManyWorkersTrusted: { words: 'tooManyWorkers' },
  TooManySameIPs: { words: 'tooManyWorkers' },
  PolymorphicNameConflict: { words: 'workerName' },
  WorkerNameAlreadyExists: { words: 'workerName' },
  ProfaneWorkerName: { words: 'workerName' },
  TooLongWorkerName: { words: 'workerName' },
  ProfaneWorkerInfo: { words: 'workerName' },
  ProfaneBridgeAgent: { words: 'workerName' },
  InvalidPriorityUsername: { words: 'refused' },
  NoWorkerModSelected: { words: 'noChange' },
  NoHordeModSelected: { words: 'noChange' },
  NotOwner: { words: 'forbidden' },
  NotModerator: { words: 'forbidden' },
  NotAdmin: { words: 'forbidden' },
  InvalidJobID: { words: 'jobGone' },
  AbortedGen: { words: 'jobGone' },
  DuplicateGen: { words: 'jobGone' },
} as const satisfies Record<string, ProblemRow>;

/** Notes of the horde about a request that it took nevertheless (`api.md` 3.3). */
const warnings = {
  ClipSkipMismatch: { words: 'unusual' },
  StepsTooFew: { words: 'stepsFew' },
  StepsTooMany: { words: 'stepsMany' },
  CfgScaleMismatch: { words: 'guidanceUnusual' },
  CfgScaleTooSmall: { words: 'guidanceUnusual' },
  CfgScaleTooLarge: { words: 'guidanceUnusual' },
  SamplerMismatch: { words: 'samplerUnusual' },
  SchedulerMismatch: { words: 'samplerUnusual' },
  PromptReplaced: { words: 'promptReplaced' },
} as const satisfies Record<string, ProblemRow>;

/**
 * Return codes of the horde, error codes of core, engine and this interface, each with a sentence
 * and a fix (`ux.md` 4.5). A code that is not here shows the horde's own words as a quote.
 */
export const problemTable: Readonly<Record<string, ProblemRow>> = {
  ...ownProblems,
  ...impossibleProblems,
  ...requestProblems,
  ...sourceProblems,
  ...accountProblems,
  ...warnings,
};

/** Something that went wrong: a code of the table and the words of whoever refused, for fields also. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly errors?: Readonly<Record<string, string>>;
}

/** A problem in words: what happened, what to do where that is known, and the button for it. */
export interface ProblemWords {
  readonly what: string;
  readonly how: string | undefined;
  readonly fix: ProblemFix | undefined;
}

type Translate = (key: string, values: Record<string, string>) => string;

/** Looks a problem up. `translate` is bound to the `problems` words. */
export function describeProblem(translate: Translate, problem: Problem): ProblemWords {
  const row = Object.hasOwn(problemTable, problem.code) ? problemTable[problem.code] : undefined;
  if (row === undefined) {
    return { what: translate('unknown.what', { message: problem.message }), how: undefined, fix: undefined };
  }
  return {
    what: translate(`${row.words}.what`, {}),
    how: row.hasHow === false ? undefined : translate(`${row.words}.how`, {}),
    fix: row.fix,
  };
}
