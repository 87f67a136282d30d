import type { Selectable } from 'kysely';
import type { HordeJobTable, HordeRequestTable, RequestType } from '#main/db/tables/horde-work.ts';
import type { LiveWorker } from '#main/horde/workers/index.ts';
import type { PopAnswer, PopInput, PopMessage, SubmitInput } from '#shared/horde/jobs/schema.ts';
import type { MatchReasons } from '#shared/horde/jobs/matchings.ts';
import type { TextPopAnswer, TextPopInput, TextSubmitInput } from '#shared/horde/jobs/text-schema.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';

/** Bodies and answers of the worker's operations, by the type of what is made. */
export interface Pops {
  readonly image: PopInput;
  readonly text: TextPopInput;
}
export interface Submits {
  readonly image: SubmitInput;
  readonly text: TextSubmitInput;
}
export interface PopAnswers {
  readonly image: PopAnswer;
  readonly text: TextPopAnswer;
}

/** What a pop took: one seed and one model for the whole batch (`queue.md` 2.4, 2.11). */
export interface Assignment<T extends RequestType> {
  readonly requestId: string;
  readonly shape: Shapes[T];
  readonly sources: string | null;
  readonly ids: readonly string[];
  readonly model: string;
  /** Slots that were open before. */
  readonly openBefore: number;
  readonly ttlSeconds: number;
}

/** What is known of a job when its result is booked. */
export interface JobFacts<T extends RequestType> {
  readonly job: Pick<Selectable<HordeJobTable>, 'id' | 'model'>;
  readonly request: Pick<Selectable<HordeRequestTable>, 'base_kudos' | 'things'>;
  readonly shape: Shapes[T];
  readonly isWorkerTrusted: boolean;
}

/** What a submit amounts to. */
export interface JobResult {
  readonly rewardCents: number;
  /** What the requester pays. */
  readonly priceCents: number;
  /** Pixelsteps or tokens. */
  readonly things: number;
  readonly seed: string;
  readonly metadata: ReadonlyArray<{ type: string; value: string; ref?: string | undefined }>;
  readonly isCensored: boolean;
  /** Its worker reports it as abuse of children. */
  readonly isReported: boolean;
  readonly text: string | null;
}

/** What differs between jobs that make pictures and jobs that write. */
export interface JobRules<T extends RequestType> {
  /** Slots that one pop may take of those that are open. */
  count(shape: Shapes[T], open: number, pop: { amount: number; worker: LiveWorker<T> }): number;
  ttlSeconds(shape: Shapes[T], worker: LiveWorker<T>): number;
  /** Pixelsteps of one picture, or the tokens that one text may have. */
  things(shape: Shapes[T]): number;
  answer(taken: Assignment<T>, base: string, messages: readonly PopMessage[]): PopAnswers[T];
  emptyAnswer(
    skipped: Partial<Record<MatchReasons[T], number>>,
    messages: readonly PopMessage[],
  ): PopAnswers[T];
  /** Checks what a submit brings and keeps it. @throws ProblemError 400 for what cannot be taken */
  keep(input: Submits[T], jobId: string, shape: Shapes[T]): Promise<void>;
  /** Checks the same and keeps nothing. */
  probe(input: Submits[T]): Promise<void>;
  /** Forgets what was kept of a job that ended in the meantime. */
  discard(jobId: string): Promise<void>;
  /** Forgets what waits of a job that has ended. */
  drop(jobId: string): void;
  result(input: Submits[T], facts: JobFacts<T>): JobResult;
  /** A made-up request that a worker could do, and what it would earn with it. */
  decoy(worker: LiveWorker<T>): { readonly shape: Shapes[T]; readonly rewardCents: number };
}

export type AllJobRules = { readonly [T in RequestType]: JobRules<T> };
