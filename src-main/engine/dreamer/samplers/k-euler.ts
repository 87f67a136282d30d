import { moveTowards, stepsOf, type SamplerRun } from './sampler.ts';

/** Euler's method, order 1, one UNet call a step. Source: `engine.md` 3.3. */
export async function kEuler(run: SamplerRun): Promise<void> {
  for (const { sigma, next } of stepsOf(run.sigmas)) {
    const denoised = await run.denoise(run.x, sigma);
    moveTowards(run.x, denoised, next / sigma);
    run.afterStep?.(run.x);
  }
}
