import type { GalleryImage } from '#shared/studio/gallery/schema.ts';

/** Names that other programs know the horde's samplers by (`worker.md`, samplers). */
const samplerNames: Readonly<Record<string, string>> = {
  k_euler: 'Euler',
  k_euler_a: 'Euler a',
  k_heun: 'Heun',
  k_lms: 'LMS',
  k_dpm_2: 'DPM2',
  k_dpm_2_a: 'DPM2 a',
  k_dpm_fast: 'DPM fast',
  k_dpm_adaptive: 'DPM adaptive',
  k_dpmpp_2s_a: 'DPM++ 2S a',
  k_dpmpp_2m: 'DPM++ 2M',
  k_dpmpp_sde: 'DPM++ SDE',
  DDIM: 'DDIM',
  lcm: 'LCM',
};

/** A sampler as people read it; one without a known name stays as the horde calls it. */
export function samplerName(sampler: string): string {
  return (Object.hasOwn(samplerNames, sampler) ? samplerNames[sampler] : undefined) ?? sampler;
}

/** A value with a separator in it is quoted as JSON, so that a reader can tell where it ends. */
const quoted = (value: string): string => (/[,:"\n]/.test(value) ? JSON.stringify(value) : value);

/**
 * All settings of a picture as the text that A1111 writes into its files, and that most tools read:
 * the prompt, a line with the negative prompt where there is one, one line of the rest.
 */
export function settingsText(image: GalleryImage): string {
  const rest: readonly (readonly [string, string])[] = [
    ['Steps', String(image.steps)],
    ['Sampler', samplerName(image.sampler)],
    ...(image.karras ? ([['Schedule type', 'Karras']] as const) : []),
    ['CFG scale', String(image.cfgScale)],
    ['Seed', image.seed],
    ['Size', `${image.width}x${image.height}`],
    ['Model', image.model],
  ];
  return [
    image.prompt,
    ...(image.negativePrompt === '' ? [] : [`Negative prompt: ${image.negativePrompt}`]),
    rest.map(([name, value]) => `${name}: ${quoted(value)}`).join(', '),
  ].join('\n');
}
