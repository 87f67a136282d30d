/** σ of every training timestep, ascending: index 0 is the cleanest. */
export type SigmaTable = Float64Array;

/** Noise schedule of a model as its `scheduler_config.json` gives it. */
export interface NoiseSchedule {
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly trainTimesteps: number;
  /** Moves the last timestep to (almost) pure noise; such models predict v. */
  readonly rescaleZeroSnr: boolean;
}

/** What SD 1.x, SD 2.x and SDXL were trained with. */
export const stableDiffusionSchedule: NoiseSchedule = {
  betaStart: 0.00085,
  betaEnd: 0.012,
  trainTimesteps: 1000,
  rescaleZeroSnr: false,
};

/** ᾱ that stands for zero at the last timestep of a zero-SNR schedule, so that σ stays finite. */
const almostZeroAlphaBar = 4.8973451890853435e-8;
const karrasRho = 7;

/** The σ table of a scaled-linear β schedule. Source: `engine.md` 2.1. */
export function createSigmaTable(schedule: NoiseSchedule): SigmaTable {
  const from = Math.sqrt(schedule.betaStart);
  const to = Math.sqrt(schedule.betaEnd);
  const last = schedule.trainTimesteps - 1;
  const alphaBars = new Float64Array(schedule.trainTimesteps);
  let product = 1;
  for (let k = 0; k <= last; k++) {
    product *= 1 - (from + ((to - from) * k) / last) ** 2;
    alphaBars[k] = product;
  }
  const used = schedule.rescaleZeroSnr ? rescaleToZeroSnr(alphaBars) : alphaBars;
  return used.map((alphaBar) => Math.sqrt((1 - alphaBar) / alphaBar));
}

function rescaleToZeroSnr(alphaBars: Float64Array): Float64Array {
  const roots = alphaBars.map(Math.sqrt);
  const first = roots.at(0) ?? 1;
  const last = roots.at(-1) ?? 0;
  const rescaled = roots.map((root) => (((root - last) * first) / (first - last)) ** 2);
  rescaled[rescaled.length - 1] = almostZeroAlphaBar;
  return rescaled;
}

/** σ at a fractional timestep, interpolated in ln σ. */
export function sigmaAt(table: SigmaTable, timestep: number): number {
  const low = Math.floor(timestep);
  const logLow = Math.log(table[low] ?? NaN);
  const logHigh = Math.log(table[Math.min(low + 1, table.length - 1)] ?? NaN);
  return Math.exp(logLow + (timestep - low) * (logHigh - logLow));
}

/** The training timestep whose ln σ is nearest: what image workers of the horde feed their UNet. */
export function nearestTimestep(table: SigmaTable, sigma: number): number {
  let low = 0;
  let high = table.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((table[middle] ?? 0) <= sigma) low = middle;
    else high = middle;
  }
  const logSigma = Math.log(sigma);
  const below = Math.abs(logSigma - Math.log(table[low] ?? NaN));
  const above = Math.abs(logSigma - Math.log(table[high] ?? NaN));
  return below <= above ? low : high;
}

function linear(from: number, to: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => (n === 1 ? from : from + ((to - from) * i) / (n - 1)));
}

/** n steps equal in time: n + 1 values, the last 0. Source: `engine.md` 2.5. */
export function normalSchedule(table: SigmaTable, steps: number): number[] {
  return [...linear(table.length - 1, 0, steps).map((timestep) => sigmaAt(table, timestep)), 0];
}

/** n steps after Karras et al. with ρ = 7: n + 1 values, the last 0. Source: `engine.md` 2.5. */
export function karrasSchedule(table: SigmaTable, steps: number): number[] {
  const from = (table.at(-1) ?? NaN) ** (1 / karrasRho);
  const to = (table.at(0) ?? NaN) ** (1 / karrasRho);
  return [...linear(from, to, steps).map((root) => root ** karrasRho), 0];
}
