import { moveTowards, stepsOf, type Latent, type SamplerRun } from './sampler.ts';

/** DPM-Solver++ 2M, multistep of order 2, one UNet call a step. Source: `engine.md` 3.3. */
export async function kDpmpp2m(run: SamplerRun): Promise<void> {
  let previous: { denoised: Latent; logStep: number } | undefined;
  for (const { sigma, next } of stepsOf(run.sigmas)) {
    const denoised = await run.denoise(run.x, sigma);
    const logStep = Math.log(sigma / next);
    const target = previous && next > 0 ? extrapolate(denoised, previous, logStep) : denoised;
    moveTowards(run.x, target, next / sigma);
    previous = { denoised, logStep };
    run.afterStep?.(run.x);
  }
}

/** Linear extrapolation in ln σ to the middle of the step. */
function extrapolate(
  denoised: Latent,
  previous: { denoised: Latent; logStep: number },
  logStep: number,
): Latent {
  const c = logStep / (2 * previous.logStep);
  return denoised.map((value, i) => (1 + c) * value - c * (previous.denoised[i] ?? 0));
}
