import { roundHalfEven } from '../common/round.ts';
import { heavyPostProcessors } from '../requests/names.ts';
import type { RequestShape } from '../requests/shape.ts';

/** Pictures of one request that one pop may take (`queue.md` 2.10). */
export function batchLimit(
  request: Pick<RequestShape, 'width' | 'height' | 'params' | 'disableBatching'>,
  open: number,
  pop: { readonly amount: number; readonly maxPixels: number },
  baselineWeight = 1,
): number {
  if (request.disableBatching) return Math.min(1, open);
  const processors = request.params.post_processing ?? [];
  let weight = 1 + 0.4 * processors.length;
  if (processors.some((name) => heavyPostProcessors.has(String(name))) || request.params.transparent === true)
    weight *= 1.8;
  const area = request.width * request.height;
  const safe = roundHalfEven(((pop.maxPixels / 3.5) * pop.amount) / (area * weight * baselineWeight));
  return Math.min(Math.max(1, Math.min(safe, pop.amount)), open);
}

/** Pictures of a model that fit where one of SD 1 does, inverted (`queue.md` 2.10, Q-10). */
export function batchWeight(baselines: readonly (string | undefined)[]): number {
  const weights: Readonly<Record<string, number>> = { flux_1: 5, z_image_turbo: 8, qwen_image: 10 };
  return Math.max(1, ...baselines.map((baseline) => weights[baseline ?? ''] ?? 1));
}
