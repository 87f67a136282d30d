/** States of a form, as on the wire (`queue.md` 5.4). */
export const formStates = ['waiting', 'processing', 'done', 'cancelled', 'faulted'] as const;
export type FormState = (typeof formStates)[number];

export type AlchemyState = 'faulted' | 'done' | 'processing' | 'waiting' | 'partial';

/** How long a worker has for a form. */
export const formTtlSeconds = 180;

/** Failures after which a form waits again; one more faults it. */
const forgivenFailures = 3;

/** How long a request lives after it was last handed out, delivered or asked about. */
export const alchemyLifeMs = 20 * 60_000;

/** The state of a whole request, by that of its forms; the first that fits (`queue.md` 5.6). */
export function alchemyState(states: readonly FormState[]): AlchemyState {
  if (states.every((state) => state === 'faulted')) return 'faulted';
  if (states.every((state) => state === 'done')) return 'done';
  if (states.includes('processing')) return 'processing';
  return states.includes('waiting') ? 'waiting' : 'partial';
}

/** What becomes of a form that failed for the time of that number, from 1. */
export function stateAfterFailure(failures: number): 'waiting' | 'faulted' {
  return failures <= forgivenFailures ? 'waiting' : 'faulted';
}

export type FormVerdict = 'complete' | 'fault' | 'repeat' | 'duplicate';

/** What a submit does to a form (`queue.md` 5.5, `decisions.md` 31). */
export function formVerdict(
  form: { readonly state: FormState; readonly digest: string | null },
  submit: { readonly isFault: boolean; readonly digest: string },
): FormVerdict {
  if (form.state === 'processing') return submit.isFault ? 'fault' : 'complete';
  return form.digest === submit.digest ? 'repeat' : 'duplicate';
}
