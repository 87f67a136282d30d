/** States of a job (`queue.md` 2.2, `decisions.md` 44). */
export type JobState = 'processing' | 'completed' | 'faulted' | 'cancelled';

/** How often a slot of a request is handed out before it is given up (`decisions.md` 5). */
export const triesPerSlot = 3;

/** Milliseconds after its time to live at which an unanswered job is given up. */
export const staleGraceMs = 10_000;

export type SubmitVerdict = 'complete' | 'fault' | 'repeat' | 'duplicate' | 'aborted' | 'ignored';

/** What a submit does to a job (`queue.md` 2.5, `decisions.md` 31). */
export function submitVerdict(
  job: { readonly state: JobState; readonly digest: string | null },
  submit: { readonly isFault: boolean; readonly digest: string },
): SubmitVerdict {
  switch (job.state) {
    case 'processing':
      return submit.isFault ? 'fault' : 'complete';
    case 'completed':
      return job.digest === submit.digest ? 'repeat' : 'duplicate';
    case 'faulted':
    case 'cancelled':
      return submit.isFault ? 'ignored' : 'aborted';
  }
}
