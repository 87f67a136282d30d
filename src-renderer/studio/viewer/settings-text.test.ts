import { describe, expect, it } from 'vitest';
import { imageOf } from '#ui/testing/values.ts';
import { settingsText } from './settings-text.ts';

describe('settingsText', () => {
  it('is what A1111 writes', () => {
    const image = imageOf({
      prompt: 'a red fox\nin snow',
      negativePrompt: 'blur',
      steps: 20,
      sampler: 'k_dpmpp_2m',
      karras: true,
      cfgScale: 6.5,
      seed: '42',
      width: 512,
      height: 768,
      model: 'Deliberate',
    });
    expect(settingsText(image)).toBe(
      'a red fox\nin snow\nNegative prompt: blur\n' +
        'Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 42, Size: 512x768, Model: Deliberate',
    );
  });

  it('leaves out what is not set', () => {
    const lines = settingsText(imageOf({ negativePrompt: '', karras: false })).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).not.toContain('Schedule');
  });

  it('quotes values that would end early', () => {
    const text = settingsText(imageOf({ model: 'a, Seed: 1', seed: 'said "7"\n', sampler: 'constructor' }));
    expect(text).toContain('Model: "a, Seed: 1"');
    expect(text).toContain(String.raw`Seed: "said \"7\"\n"`);
    expect(text).toContain('Sampler: constructor');
  });
});
