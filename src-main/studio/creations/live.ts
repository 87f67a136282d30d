import { keepNewest } from '#shared/common/keep-newest.ts';
import type { ImageProgress } from '#shared/engine-protocol/image.ts';
import type { CreationProgress } from '#shared/studio/creations/schema.ts';

/** What the own worker tells of a picture that it makes now. */
export interface LivePicture {
  readonly jobId: string;
  /** Model calls. */
  readonly done: number;
  readonly expected: number;
  /** Measured at this picture; null before its first call is done. */
  readonly msPerCall: number | null;
  /** Number of the newest preview; null before the first. */
  readonly frame: number | null;
}

/**
 * The jobs that the own worker makes for requests of the home horde. Whose job it is becomes known
 * when the horde hands it out, which can be before the request's id has come back to the sender:
 * the newest are remembered, whoever asked for them.
 */
export interface LiveJobs {
  started(job: { jobId: string; requestId: string }): void;
  readonly progressed: (jobId: string, progress: ImageProgress) => void;
  /** The request of the job that ended, if it is known. */
  ended(jobId: string): string | undefined;
  /** The picture in the making of a request. */
  of(requestId: string): LivePicture | undefined;
  /** The newest preview of a request, also for a while after its picture was finished. */
  previewOf(requestId: string): Uint8Array | undefined;
  jobsOf(requestId: string): string[];
}

const rememberedJobs = 500;
/** A page asks for a preview after it was told of it: by then the picture may be finished. */
const rememberedPreviews = 20;

/** `onChange` is told the request whose picture moved; `now` is monotonic, in milliseconds. */
export function createLiveJobs(onChange: (requestId: string) => void, now: () => number): LiveJobs {
  const requests = new Map<string, string>();
  const pictures = new Map<string, LivePicture & { readonly startedAt: number }>();
  const previews = new Map<string, Uint8Array>();
  let frames = 0;
  return {
    started: ({ jobId, requestId }) => {
      requests.set(jobId, requestId);
      keepNewest(requests, rememberedJobs);
      onChange(requestId);
    },
    progressed: (jobId, { done, expected, preview }) => {
      const requestId = requests.get(jobId);
      if (requestId === undefined) return;
      const known = pictures.get(requestId);
      const before = known?.jobId === jobId ? known : undefined;
      const startedAt = before?.startedAt ?? now();
      if (preview) {
        frames += 1;
        previews.delete(requestId);
        previews.set(requestId, preview);
        keepNewest(previews, rememberedPreviews);
      }
      pictures.set(requestId, {
        jobId,
        done,
        expected,
        startedAt,
        msPerCall: done > 0 ? (now() - startedAt) / done : null,
        frame: preview ? frames : (before?.frame ?? null),
      });
      onChange(requestId);
    },
    ended: (jobId) => {
      const requestId = requests.get(jobId);
      if (requestId === undefined) return undefined;
      requests.delete(jobId);
      if (pictures.get(requestId)?.jobId === jobId) pictures.delete(requestId);
      onChange(requestId);
      return requestId;
    },
    of: (requestId) => pictures.get(requestId),
    previewOf: (requestId) => previews.get(requestId),
    jobsOf: (requestId) => [...requests].filter(([, owner]) => owner === requestId).map(([jobId]) => jobId),
  };
}

/**
 * The progress of a request with what the own worker knows better than the horde: the step, the
 * preview, and the time left by the measured speed (pictures that wait are made one after the other).
 */
export function withLive(
  progress: CreationProgress,
  picture: LivePicture | undefined,
  previewUrl: string,
): CreationProgress {
  if (!picture) return progress;
  const { done, expected, msPerCall } = picture;
  const callsLeft = Math.max(0, expected - done) + progress.waiting * expected;
  return {
    ...progress,
    step: done,
    steps: expected,
    etaSeconds: msPerCall === null ? progress.etaSeconds : Math.round((callsLeft * msPerCall) / 100) / 10,
    previewUrl: picture.frame === null ? null : `${previewUrl}?frame=${picture.frame}`,
  };
}
