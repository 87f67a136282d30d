import type { Clock } from '#shared/common/clock.ts';
import {
  type MatchedShape,
  type Matching,
  type MatchingWorker,
  matchKeyOf,
  refusalOf,
  refusalOfKey,
} from '#shared/horde/jobs/match.ts';
import type { ModelProfile } from '#shared/horde/workers/profile.ts';

interface Verdict {
  readonly at: number;
  readonly version: number;
  /** A worker without a blacklist that could do every request of this kind. */
  readonly witness: string | undefined;
}

/** The online workers of a kind, as far as verdicts need them. */
interface Online<W> {
  readonly version: number;
  get(id: string): W | undefined;
  offering(models: readonly string[]): Iterable<W>;
}

/** Whether some online worker could do a request (`queue.md` 1.13). */
export type Feasibility<Shape> = (shape: Shape, userId: number) => boolean;

const lastsMs = 60_000;
const maxVerdicts = 10_000;

/**
 * Verdicts about requests of a type. Requests of one kind share a verdict: a good one lasts while its
 * witness is online, a bad one until any worker's capabilities change.
 */
export function createFeasibility<
  Shape extends MatchedShape,
  Kind,
  P extends ModelProfile,
  Reason extends string,
>(
  matching: Matching<Shape, Kind, P, Reason>,
  live: Online<MatchingWorker<P>>,
  clock: Clock,
): Feasibility<Shape> {
  const verdicts = new Map<string, Verdict>();

  const witnessOf = (shape: Shape): string | undefined => {
    const key = matchKeyOf(matching, shape);
    const isFit = (worker: MatchingWorker<P> | undefined): boolean =>
      worker !== undefined && isForEverybody(worker) && refusalOfKey(matching, key, worker) === undefined;
    const id = JSON.stringify([key.kind, [...key.models].sort()]);
    const known = verdicts.get(id);
    if (known && clock() - known.at < lastsMs) {
      const holds = known.version === live.version || isFit(live.get(known.witness ?? ''));
      if (holds) return known.witness;
    }
    let witness: string | undefined;
    for (const worker of live.offering(key.models)) {
      if (isFit(worker)) {
        witness = worker.id;
        break;
      }
    }
    if (verdicts.size >= maxVerdicts) verdicts.clear();
    verdicts.set(id, { at: clock(), version: live.version, witness });
    return witness;
  };

  return (shape, userId) => {
    if (shape.workers.length === 0 && witnessOf(shape) !== undefined) return true;
    // What the verdict of a kind leaves out: lists of workers, blacklists, a worker's own owner.
    const isTargeted = shape.workers.length > 0 && !shape.workerBlacklist;
    const candidates = isTargeted
      ? shape.workers.flatMap((id) => live.get(id) ?? [])
      : live.offering(shape.models);
    for (const worker of candidates) {
      const isSpecial = shape.workers.length > 0 || worker.ownerId === userId || !isForEverybody(worker);
      if (isSpecial && refusalOf(matching, shape, userId, worker) === undefined) return true;
    }
    return false;
  };
}

/** Not for its owner alone, and without a look into prompts. */
function isForEverybody(worker: MatchingWorker<ModelProfile>): boolean {
  return !worker.isInMaintenance && !worker.isPaused && worker.profile.blacklist.length === 0;
}
