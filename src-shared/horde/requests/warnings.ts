import type { ImageReference, ModelRequirements } from './models.ts';
import type { GenerationInput, RequestWarning } from './schema.ts';

/** What a request says, or is taken to say, where a model has wishes of its own (`queue.md` 1.5, row w). */
interface Asked {
  readonly clipSkip: number;
  readonly steps: number;
  readonly cfgScale: number;
  readonly sampler: string;
  readonly scheduler: 'karras' | 'simple';
}

interface Wish {
  readonly code: string;
  readonly is: (wanted: ModelRequirements, asked: Asked) => boolean;
  readonly text: (wanted: ModelRequirements) => string;
}

const wishes: readonly Wish[] = [
  {
    code: 'ClipSkipMismatch',
    is: ({ clip_skip }, asked) => clip_skip !== undefined && clip_skip !== asked.clipSkip,
    text: ({ clip_skip }) => `a clip_skip of ${clip_skip}`,
  },
  {
    code: 'StepsTooFew',
    is: ({ min_steps }, asked) => min_steps !== undefined && asked.steps < min_steps,
    text: ({ min_steps }) => `at least ${min_steps} steps`,
  },
  {
    code: 'StepsTooMany',
    is: ({ max_steps }, asked) => max_steps !== undefined && asked.steps > max_steps,
    text: ({ max_steps }) => `at most ${max_steps} steps`,
  },
  {
    code: 'CfgScaleMismatch',
    is: ({ cfg_scale }, asked) => cfg_scale !== undefined && cfg_scale !== asked.cfgScale,
    text: ({ cfg_scale }) => `a cfg_scale of ${cfg_scale}`,
  },
  {
    code: 'CfgScaleTooSmall',
    is: ({ min_cfg_scale }, asked) => min_cfg_scale !== undefined && asked.cfgScale < min_cfg_scale,
    text: ({ min_cfg_scale }) => `a cfg_scale of ${min_cfg_scale} or more`,
  },
  {
    code: 'CfgScaleTooLarge',
    is: ({ max_cfg_scale }, asked) => max_cfg_scale !== undefined && asked.cfgScale > max_cfg_scale,
    text: ({ max_cfg_scale }) => `a cfg_scale of ${max_cfg_scale} or less`,
  },
  {
    code: 'SamplerMismatch',
    is: ({ samplers }, asked) => samplers !== undefined && !samplers.includes(asked.sampler),
    text: ({ samplers }) => `one of the samplers ${samplers?.join(', ')}`,
  },
  {
    code: 'SchedulerMismatch',
    is: ({ schedulers }, asked) => schedulers !== undefined && !schedulers.includes(asked.scheduler),
    text: ({ schedulers }) => `one of the schedulers ${schedulers?.join(', ')}`,
  },
];

/** Warnings of an accepted request whose models work best with something else; one of each code. */
export function modelWarnings(
  { models, params = {} }: Pick<GenerationInput, 'models' | 'params'>,
  reference: ImageReference,
): RequestWarning[] {
  const asked: Asked = {
    clipSkip: params.clip_skip ?? 1,
    steps: params.steps ?? 30,
    cfgScale: params.cfg_scale ?? 7.5,
    sampler: params.sampler_name ?? 'k_euler_a',
    scheduler: (params.karras ?? true) ? 'karras' : 'simple',
  };
  const found = new Map<string, RequestWarning>();
  for (const model of models ?? []) {
    const wanted = reference(model)?.requirements;
    if (!wanted) continue;
    for (const wish of wishes) {
      if (found.has(wish.code) || !wish.is(wanted, asked)) continue;
      const message = `The model '${model}' works best with ${wish.text(wanted)}.`;
      found.set(wish.code, { code: wish.code, message });
    }
  }
  return [...found.values()];
}
