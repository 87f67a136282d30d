import type { CommonProfile, ModelProfile } from '../workers/profile.ts';

/** A worker as matching sees it. */
export interface MatchingWorker<P extends CommonProfile> {
  readonly id: string;
  readonly ownerId: number;
  readonly isOwnerTrusted: boolean;
  readonly isInMaintenance: boolean;
  readonly isPaused: boolean;
  /** Too slow for requests that refuse slow workers. */
  readonly isSlow: boolean;
  readonly profile: P;
}

/** What matching reads of a request of any kind besides its `Kind`. */
export interface MatchedShape {
  readonly prompt: string;
  readonly models: readonly string[];
  readonly workers: readonly string[];
  readonly workerBlacklist: boolean;
}

/**
 * What finding work asks of a request: `kind` is everything which does not depend on its models, text,
 * targets or owner (`queue.md` 9.4), so that requests of one kind and model wait in one list.
 */
export interface MatchKey<Kind> {
  /** None means any. */
  readonly models: readonly string[];
  readonly kind: Kind;
}

/** Why a worker is refused a kind of request: a reason of the pop answer's `skipped`. */
export interface MatchRule<Kind, P extends CommonProfile, Reason extends string> {
  readonly reason: Reason;
  refuses(kind: Kind, worker: MatchingWorker<P>): boolean;
}

/** The rules by which requests of one type find workers (`queue.md` 3.2 to 3.5). */
export interface Matching<Shape extends MatchedShape, Kind, P extends ModelProfile, Reason extends string> {
  readonly type: 'image' | 'text';
  kindOf(shape: Shape): Kind;
  /** Each rule by itself, in the order of `queue.md` 3.4. */
  readonly rules: ReadonlyArray<MatchRule<Kind, P, Reason>>;
  /** Further reasons that an empty answer counts although they refuse nothing. */
  readonly hints: ReadonlyArray<MatchRule<Kind, P, Reason>>;
}

export function matchKeyOf<Shape extends MatchedShape, Kind>(
  matching: { kindOf(shape: Shape): Kind },
  shape: Shape,
): MatchKey<Kind> {
  return { models: shape.models, kind: matching.kindOf(shape) };
}

interface Rules<Kind, P extends CommonProfile, Reason extends string> {
  readonly rules: ReadonlyArray<MatchRule<Kind, P, Reason>>;
}

/**
 * Why a worker may not do a request, or nothing when it may: the rows of `queue.md` 3.2 to 3.4 that
 * rest on what the pop declares. Unknown agents are trusted to do what they declare (`decisions.md` 7).
 */
export function refusalOf<Shape extends MatchedShape, Kind, P extends ModelProfile, Reason extends string>(
  matching: Matching<Shape, Kind, P, Reason>,
  shape: Shape,
  requesterId: number,
  worker: MatchingWorker<P>,
): Reason | 'maintenance' | 'blacklist' | 'worker_id' | 'models' | undefined {
  return (
    refusalOfState(requesterId, worker) ??
    (isBlacklisted(shape.prompt, worker.profile) ? 'blacklist' : undefined) ??
    (isTargetingExcluding(shape, worker.id) ? 'worker_id' : undefined) ??
    refusalOfKey(matching, matchKeyOf(matching, shape), worker)
  );
}

/** The part of `refusalOf` that is the same for all requests of a kind that name the same models. */
export function refusalOfKey<Kind, P extends ModelProfile, Reason extends string>(
  matching: Rules<Kind, P, Reason>,
  { models, kind }: MatchKey<Kind>,
  worker: MatchingWorker<P>,
): Reason | 'models' | undefined {
  const serves = models.length === 0 || models.some((name) => worker.profile.models.includes(name));
  return serves ? refusalOfKind(matching, kind, worker) : 'models';
}

/** The part of `refusalOf` that is the same for all requests of a kind. */
export function refusalOfKind<Kind, P extends CommonProfile, Reason extends string>(
  { rules }: Rules<Kind, P, Reason>,
  kind: Kind,
  worker: MatchingWorker<P>,
): Reason | undefined {
  for (const rule of rules) if (rule.refuses(kind, worker)) return rule.reason;
  return undefined;
}

/** Every reason for which a worker is refused a kind of request, and the hints; one may stand twice. */
export function skipReasonsOf<Kind, P extends CommonProfile, Reason extends string>(
  matching: Rules<Kind, P, Reason> & { readonly hints: ReadonlyArray<MatchRule<Kind, P, Reason>> },
  kind: Kind,
  worker: MatchingWorker<P>,
): Reason[] {
  const reasons: Reason[] = [];
  for (const rule of matching.rules) if (rule.refuses(kind, worker)) reasons.push(rule.reason);
  for (const rule of matching.hints) if (rule.refuses(kind, worker)) reasons.push(rule.reason);
  return reasons;
}

/** A worker in maintenance or paused works for its owner alone. */
export function refusalOfState(
  requesterId: number,
  worker: MatchingWorker<CommonProfile>,
): 'maintenance' | undefined {
  const isResting = worker.isInMaintenance || worker.isPaused;
  return isResting && requesterId !== worker.ownerId ? 'maintenance' : undefined;
}

/** A word of the worker's blacklist stands in the prompt, negative part included. */
export function isBlacklisted(prompt: string, { blacklist }: Pick<ModelProfile, 'blacklist'>): boolean {
  if (blacklist.length === 0) return false;
  const text = prompt.toLowerCase();
  return blacklist.some((word) => word !== '' && text.includes(word));
}

export function isTargetingExcluding(
  request: Pick<MatchedShape, 'workers' | 'workerBlacklist'>,
  workerId: string,
): boolean {
  if (request.workers.length === 0) return false;
  return request.workers.includes(workerId) === request.workerBlacklist;
}
