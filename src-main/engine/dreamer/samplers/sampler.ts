/** Numbers of a latent; float32 in a job, float64 where the rules themselves are tested. */
export type Latent = Float32Array | Float64Array;

/** One sampling from noise to picture in k-space: x = x₀ + σ·n (`engine.md` 2.1). */
export interface SamplerRun {
  /** The start latent at `sigmas[0]`; it is changed in place and holds the result at the end. */
  readonly x: Latent;
  /** Descending σ, the last one 0: one step less than values. */
  readonly sigmas: readonly number[];
  /** Estimate of x₀ in a buffer of its own. Throws to end the run. */
  readonly denoise: (x: Latent, sigma: number) => Promise<Latent>;
  /** A fresh standard normal draw of the latent's size. */
  readonly noise: () => Latent;
  /** Called with x after every step. */
  readonly afterStep?: (x: Latent) => void;
}

export type Sampler = (run: SamplerRun) => Promise<void>;

/** Pairs of neighbours of a σ list: from where to where each step goes. */
export function stepsOf(sigmas: readonly number[]): Array<{ sigma: number; next: number }> {
  return sigmas.slice(1).map((next, i) => ({ sigma: sigmas[i] ?? NaN, next }));
}

/** x ← ratio·x + (1 − ratio)·d: the Euler step with ratio = next σ / σ. */
export function moveTowards(x: Latent, denoised: Latent, ratio: number): void {
  for (let i = 0; i < x.length; i++) x[i] = ratio * (x[i] ?? 0) + (1 - ratio) * (denoised[i] ?? 0);
}
