import { type Static, Type } from 'typebox';

/** What the local worker does now (`ux.md` 2.2, worker chip). */
export const WorkerState = Type.Enum(['off', 'starting', 'idle', 'working', 'paused', 'error'], {
  type: 'string',
});
export type WorkerState = Static<typeof WorkerState>;

export const WorkerStatus = Type.Object({
  state: WorkerState,
  /** Why it is off, paused or in error, as a code of the interface's table; null otherwise. */
  reason: Type.Union([Type.String(), Type.Null()]),
  models: Type.Array(Type.String()),
  job: Type.Union([
    Type.Object({
      id: Type.String(),
      model: Type.String(),
      step: Type.Integer(),
      steps: Type.Integer(),
      startedAt: Type.Integer(),
    }),
    Type.Null(),
  ]),
  /** Booked for this worker since the app started. */
  kudosEarned: Type.Number(),
  jobsDone: Type.Integer(),
  jobsFaulted: Type.Integer(),
  /** Newest last, at most 50: notes such as a sampler that ran as another. */
  log: Type.Array(Type.Object({ at: Type.Integer(), message: Type.String() })),
});
export type WorkerStatus = Static<typeof WorkerStatus>;

/** The worker of an app that has just started. */
export const workerOff: WorkerStatus = {
  state: 'off',
  reason: null,
  models: [],
  job: null,
  kudosEarned: 0,
  jobsDone: 0,
  jobsFaulted: 0,
  log: [],
};
