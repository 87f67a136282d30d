import { hordeClientOf, makePicture } from '../../fixtures/horde.ts';
import { createYurt } from '../../fixtures/yurt.ts';
import type { Part } from '../part.ts';
import { median } from '../report.ts';

const rounds = 7;

/** From submit to finished picture through the API, with the worker of this computer. */
export const picture: Part = async ({ folder, say }) => {
  const yurt = createYurt({ dataDir: folder });
  const { horde } = await yurt.start();
  const client = hordeClientOf(horde);
  const make = async (seed: number): Promise<number> => {
    const { seconds } = await makePicture(client, {
      prompt: 'a red circle on a blue background',
      models: ['Yurt Tiny'],
      params: {
        width: 128,
        height: 128,
        steps: 12,
        cfg_scale: 5,
        sampler_name: 'k_dpmpp_2m',
        karras: true,
        seed: String(seed),
      },
    });
    return seconds;
  };
  try {
    say('the first picture loads the model');
    const first = await make(0);
    const later: number[] = [];
    for (let round = 1; round <= rounds; round += 1) later.push(await make(round));
    return [
      { what: 'first picture after the start, 128×128, 12 steps', measured: first, unit: 's' },
      {
        what: 'picture, 128×128, 12 steps',
        measured: median(later),
        unit: 's',
        budget: { atMost: 1 },
        note: `${Math.min(...later).toFixed(2)} to ${Math.max(...later).toFixed(2)} s`,
      },
    ];
  } finally {
    await yurt.stop();
  }
};
