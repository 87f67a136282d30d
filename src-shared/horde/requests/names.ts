/** Names that the image API knows (`queue.md` 8.5, `api.md` 4.2). */
export const samplerNames = [
  'k_lms',
  'k_heun',
  'k_euler',
  'k_euler_a',
  'k_dpm_2',
  'k_dpm_2_a',
  'k_dpm_fast',
  'k_dpm_adaptive',
  'k_dpmpp_2s_a',
  'k_dpmpp_2m',
  'dpmsolver',
  'k_dpmpp_sde',
  'DDIM',
  'lcm',
] as const;
export type SamplerName = (typeof samplerNames)[number];

/** Samplers that call the model twice a step. */
export const secondOrderSamplers: ReadonlySet<string> = new Set([
  'k_heun',
  'k_dpm_2',
  'k_dpm_2_a',
  'k_dpmpp_2s_a',
  'k_dpmpp_sde',
]);

export const controlTypes = [
  'canny',
  'hed',
  'depth',
  'normal',
  'openpose',
  'seg',
  'scribble',
  'fakescribbles',
  'hough',
] as const;

export const sourceProcessings = ['img2img', 'inpainting', 'outpainting', 'remix'] as const;

export const workflows = ['qr_code'] as const;

export const postProcessors = [
  'GFPGAN',
  'RealESRGAN_x4plus',
  'RealESRGAN_x2plus',
  'RealESRGAN_x4plus_anime_6B',
  'NMKD_Siax',
  '4x_AnimeSharp',
  'CodeFormers',
  'strip_background',
  '4xNomos8kSC',
  '4xLSDIRplus',
  '4xNomosWebPhoto_RealPLKSR',
  '4xNomos2_realplksr_dysample',
  '4xNomos2_hq_dat2',
  '2xModernSpanimationV1',
  'GFPGANv1.3',
  'RestoreFormer',
] as const;
export type PostProcessor = (typeof postProcessors)[number];

/** How many times longer each upscaler makes a side. */
export const upscalerFactors: Readonly<Record<string, number>> = {
  RealESRGAN_x4plus: 4,
  RealESRGAN_x2plus: 2,
  RealESRGAN_x4plus_anime_6B: 4,
  NMKD_Siax: 4,
  '4x_AnimeSharp': 4,
  '4xNomos8kSC': 4,
  '4xLSDIRplus': 4,
  '4xNomosWebPhoto_RealPLKSR': 4,
  '4xNomos2_realplksr_dysample': 4,
  '4xNomos2_hq_dat2': 4,
  '2xModernSpanimationV1': 2,
};

/** Post-processors that need much memory (`queue.md` 2.10). */
export const heavyPostProcessors: ReadonlySet<string> = new Set([
  'RealESRGAN_x4plus',
  'RealESRGAN_x4plus_anime_6B',
  'NMKD_Siax',
  '4x_AnimeSharp',
  'CodeFormers',
  '4xNomos8kSC',
  '4xLSDIRplus',
  '4xNomos2_hq_dat2',
  'RestoreFormer',
]);
