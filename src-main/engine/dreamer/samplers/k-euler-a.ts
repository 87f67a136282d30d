import { moveTowards, stepsOf, type Latent, type SamplerRun } from './sampler.ts';

/**
 * Euler ancestral with η = 1: goes further down than the step asks and adds fresh noise back.
 * One UNet call a step, a draw for every step but the last. Source: `engine.md` 3.2, 3.3.
 */
export async function kEulerA(run: SamplerRun): Promise<void> {
  for (const { sigma, next } of stepsOf(run.sigmas)) {
    const { down, up } = ancestralSplit(sigma, next);
    const denoised = await run.denoise(run.x, sigma);
    moveTowards(run.x, denoised, down / sigma);
    if (next > 0) addNoise(run.x, run.noise(), up);
    run.afterStep?.(run.x);
  }
}

function ancestralSplit(sigma: number, next: number): { down: number; up: number } {
  const up = Math.min(next, Math.sqrt((next ** 2 * (sigma ** 2 - next ** 2)) / sigma ** 2));
  return { down: Math.sqrt(next ** 2 - up ** 2), up };
}

function addNoise(x: Latent, noise: Latent, scale: number): void {
  for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) + scale * (noise[i] ?? 0);
}
