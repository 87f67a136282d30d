import type { EngineSampler } from '#shared/engine-protocol/image.ts';
import { kDpmpp2m } from './k-dpmpp-2m.ts';
import { kEulerA } from './k-euler-a.ts';
import { kEuler } from './k-euler.ts';
import type { Sampler } from './sampler.ts';

export type { Latent, Sampler, SamplerRun } from './sampler.ts';

/** Without noise of its own DDIM is Euler's rule on the chosen schedule (`engine.md` 3.1). */
const samplers: Readonly<Record<EngineSampler, Sampler>> = {
  k_euler: kEuler,
  k_euler_a: kEulerA,
  k_dpmpp_2m: kDpmpp2m,
  DDIM: kEuler,
};

function isEngineSampler(name: string): name is EngineSampler {
  return Object.hasOwn(samplers, name);
}

/** The rule for a sampler name of the API; `note` says what ran instead of an unknown one. */
export function findSampler(name: string): { sampler: Sampler; note: string | undefined } {
  if (isEngineSampler(name)) return { sampler: samplers[name], note: undefined };
  return { sampler: kEuler, note: `Sampler ${name} is not available: k_euler was used` };
}
