import { type Static, Type } from 'typebox';

/** A model that can be asked for on the chosen connection. */
export const StudioModel = Type.Object({
  name: Type.String(),
  description: Type.String(),
  workers: Type.Integer(),
  queuedJobs: Type.Integer(),
  /** Seconds that the horde expects a new request to wait; null when unknown. */
  etaSeconds: Type.Union([Type.Number(), Type.Null()]),
  isLocal: Type.Boolean(),
  nativeWidth: Type.Integer(),
  nativeHeight: Type.Integer(),
  defaults: Type.Object({
    steps: Type.Integer(),
    cfgScale: Type.Number(),
    sampler: Type.String(),
    karras: Type.Boolean(),
  }),
});
export type StudioModel = Static<typeof StudioModel>;

export const StudioModelList = Type.Object({ models: Type.Array(StudioModel) });
export type StudioModelList = Static<typeof StudioModelList>;
