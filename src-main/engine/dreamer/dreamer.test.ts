import { mkdtempSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageJob, ImageProgress } from '#shared/engine-protocol/image.ts';
import { toyJob, writeToyModel } from '../testing/toy-model.ts';
import { createDreamer, type Dreamer } from './dreamer.ts';
import { planSize } from './size.ts';

const job: ImageJob = {
  ...toyJob,
  prompt: 'a (cat:1.3)',
  negativePrompt: 'dog',
  steps: 5,
  sampler: 'k_dpmpp_2m',
  seed: 42,
};
const never = new AbortController().signal;

let folder: string;
let dreamer: Dreamer;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yurt-dreamer-'));
  writeToyModel(join(folder, 'toy'));
  // Each look at the clock is 200 ms later than the last, so that previews fall due while the job runs.
  let nowMs = 0;
  const now = (): number => (nowMs += 200);
  dreamer = createDreamer({ modelDirs: [folder, join(folder, 'missing')], provider: 'cpu', now });
});
afterEach(async () => {
  await dreamer.unload();
  rmSync(folder, { recursive: true, force: true });
});

async function generate(changes: Partial<ImageJob> = {}, signal = never) {
  const progress: ImageProgress[] = [];
  const result = await dreamer.generate({ ...job, ...changes }, (entry) => progress.push(entry), signal);
  return { ...result, progress };
}

async function pixelsOf(webp: Uint8Array | undefined): Promise<Buffer> {
  return sharp(webp).raw().toBuffer();
}

describe('an execution provider that this machine lacks', () => {
  it('gives way to the processor, with a note in every job', async () => {
    const onProcessor = await generate();
    const lacking = createDreamer({ modelDirs: [folder], provider: 'tensorrt', now: Date.now });
    const results = [
      await lacking.generate(job, () => undefined, never),
      await lacking.generate(job, () => undefined, never),
    ];
    await lacking.unload();
    for (const result of results) {
      expect(result.pictures).toEqual(onProcessor.pictures);
      expect(result.notes).toEqual([expect.stringMatching(/^The processor was used: tensorrt failed/)]);
    }
  });

  it('does not hide a damaged model', async () => {
    writeFileSync(join(folder, 'toy', 'unet', 'model.onnx'), 'no graph');
    const lacking = createDreamer({ modelDirs: [folder], provider: 'tensorrt', now: Date.now });
    await expect(lacking.generate(job, () => undefined, never)).rejects.toMatchObject({
      code: 'model_damaged',
    });
  });
});

describe('txt2img', () => {
  it('gives the same picture for the same job, after a reload too, and another for every changed input', async () => {
    const first = await generate();
    await dreamer.unload();
    const again = await generate();
    expect(again.pictures).toEqual(first.pictures);
    expect(await sharp(first.pictures[0]?.webp).metadata()).toMatchObject({
      format: 'webp',
      width: 64,
      height: 64,
    });
    expect(first.notes).toEqual([]);
    const changes: Array<Partial<ImageJob>> = [
      { seed: 43 },
      { prompt: 'a cat' },
      { negativePrompt: '' },
      { cfgScale: 5 },
      { karras: false },
      { sampler: 'k_euler_a' },
    ];
    for (const change of changes) {
      expect((await generate(change)).pictures).not.toEqual(first.pictures);
    }
  });

  it('counts UNet calls and shows previews', async () => {
    const { progress } = await generate();
    expect(progress.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(progress.map(({ expected }) => expected))).toEqual(new Set([5]));
    const preview = progress.find((entry) => entry.preview)?.preview;
    expect((await sharp(preview).metadata()).format).toBe('webp');
  });

  it('takes the parts of one noise draw for a batch', async () => {
    const [single, double] = [await generate(), await generate({ batch: 2 })];
    expect(double.pictures[0]).toEqual(single.pictures[0]);
    expect(double.pictures[1]).not.toEqual(single.pictures[0]);
  });

  it('decodes what the samplers made', async () => {
    // One step of a v-predicting UNet that gives zero divides the noise by √(1+σ²) ≈ 14.6: grey with a little grain.
    writeToyModel(join(folder, 'grey'), {
      name: 'Grey',
      unet: { a: 0, b: 0, c: 0 },
      prediction: 'v_prediction',
    });
    const { pictures } = await generate({ model: 'Grey', steps: 1, cfgScale: 1 });
    const pixels = await pixelsOf(pictures[0]?.webp);
    expect(pixels.length).toBe(64 * 64 * 3);
    expect(pixels.every((value) => Math.abs(value - 128) <= 16)).toBe(true);
  });

  it('says what it did otherwise than asked', async () => {
    const { notes, pictures } = await generate({
      width: 512,
      height: 256,
      sampler: 'k_heun',
      clipSkip: 2,
      prompt: 'a cat, embedding:none',
    });
    expect(pictures[0]).toMatchObject({ width: 512, height: 256 });
    expect(await sharp(pictures[0]?.webp).metadata()).toMatchObject({ width: 512, height: 256 });
    expect(notes).toHaveLength(4);
    expect(notes.join()).toMatch(/96×32.*clip skip.*embedding:none.*k_heun/);
  });

  it('ends between UNet calls when cancelled', async () => {
    const controller = new AbortController();
    let calls = 0;
    const running = dreamer.generate(
      { ...job, steps: 50 },
      ({ done }) => {
        calls = done;
        if (done === 3) controller.abort();
      },
      controller.signal,
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(calls).toBe(3);
    expect((await generate()).pictures).toHaveLength(1);
  });
});

describe('model folders', () => {
  it('lists whole models only', async () => {
    writeToyModel(join(folder, 'other'), { name: 'Other' });
    unlinkSync(join(folder, 'other', 'unet', 'model.onnx'));
    const { models } = await dreamer.scan();
    expect(models.map(({ name }) => name)).toEqual(['Toy']);
    expect(models[0]).toMatchObject({ nativeWidth: 64, defaults: { steps: 10, cfgScale: 5 } });
    expect(models[0]?.sizeBytes).toBeGreaterThan(1000);
    await expect(generate({ model: 'Other' })).rejects.toMatchObject({ code: 'model_damaged' });
    await expect(generate({ model: 'None' })).rejects.toMatchObject({ code: 'model_unknown' });
  });

  it.each<[string, (toy: string) => void]>([
    ['a cut graph', (toy) => truncateSync(join(toy, 'unet', 'model.onnx'), 200)],
    ['a broken vocabulary', (toy) => writeFileSync(join(toy, 'tokenizer', 'vocab.json'), '{"a":')],
    ['a vocabulary without end', (toy) => writeFileSync(join(toy, 'tokenizer', 'vocab.json'), '{"a":1}')],
    ['a wrong yurt.json', (toy) => writeFileSync(join(toy, 'yurt.json'), '{"name":"Toy"}')],
  ])('calls %s damaged', async (_, damage) => {
    damage(join(folder, 'toy'));
    await expect(generate()).rejects.toMatchObject({ code: 'model_damaged' });
  });

  it('refuses architectures that it cannot run', async () => {
    writeToyModel(join(folder, 'xl'), { name: 'XL', unet: { a: 1, b: 0, c: 0, extraInput: 'time_ids' } });
    writeToyModel(join(folder, 'flow'), { name: 'Flow', prediction: 'flow' });
    await expect(generate({ model: 'XL' })).rejects.toMatchObject({ code: 'not_supported' });
    await expect(generate({ model: 'Flow' })).rejects.toMatchObject({ code: 'not_supported' });
  });
});

describe('planSize', () => {
  const native = { width: 512, height: 512 };

  it('samples at the wanted size near the trained area', () => {
    expect(planSize({ width: 768, height: 512 }, native, undefined)).toEqual({
      sampled: { width: 768, height: 512 },
      note: undefined,
    });
  });

  it('keeps the proportion elsewhere, and a fixed size always', () => {
    expect(planSize({ width: 2048, height: 1024 }, native, undefined).sampled).toEqual({
      width: 704,
      height: 384,
    });
    expect(planSize({ width: 64, height: 3072 }, native, undefined).sampled.height).toBeLessThanOrEqual(2048);
    expect(planSize({ width: 768, height: 512 }, native, native).sampled).toEqual(native);
  });
});
