import { setTimeout as delay } from 'node:timers/promises';
import { createYurt } from '../../fixtures/yurt.ts';
import type { Part } from '../part.ts';
import { median } from '../report.ts';

const rounds = 7;
const anonymousKey = '0000000000';

/** From submit to finished picture through the API, with the worker of this computer. */
export const picture: Part = async ({ folder, say }) => {
  const yurt = createYurt({ dataDir: folder });
  const { horde } = await yurt.start();
  const make = async (seed: number): Promise<number> => {
    const begin = performance.now();
    const { id } = await call(`${horde}/api/v2/generate/async`, {
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
    for (;;) {
      const { done, faulted } = await call(`${horde}/api/v2/generate/check/${String(id)}`);
      if (done === true) return (performance.now() - begin) / 1000;
      if (faulted === true) throw new Error('the request failed');
      await delay(20);
    }
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

async function call(url: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    headers: { apikey: anonymousKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const value: unknown = await answer.json();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${JSON.stringify(value)}`);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
