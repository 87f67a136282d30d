import { baselineFromName } from '../kudos/rules.ts';

/** What the model reference says of an image model (`queue.md` 8.2). */
export interface ImageModelFacts {
  readonly baseline: string;
  readonly type?: string;
  readonly requirements?: ModelRequirements;
}

/** What a model works best with; requests that say otherwise are warned (`queue.md` 1.5). */
export interface ModelRequirements {
  readonly clip_skip?: number;
  readonly min_steps?: number;
  readonly max_steps?: number;
  readonly cfg_scale?: number;
  readonly min_cfg_scale?: number;
  readonly max_cfg_scale?: number;
  readonly samplers?: readonly string[];
  readonly schedulers?: readonly string[];
}

/** Facts of an image model by its name; undefined for a name that it lacks. */
export type ImageReference = (model: string) => ImageModelFacts | undefined;

/** A reference that knows no model: a private horde without a catalogue. */
export const noReference: ImageReference = () => undefined;

/** Baseline of a model: the reference's, else the tag in its name, else SD 1 (`queue.md` 8.2). */
export function baselineOf(model: string, reference: ImageReference = noReference): string {
  return reference(model)?.baseline ?? baselineFromName(model) ?? 'stable diffusion 1';
}
