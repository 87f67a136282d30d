import { describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { CreationInput } from '#shared/studio/creations/schema.ts';
import { creationOf, imageOf } from '#ui/testing/values.ts';
import { settingsOfImage } from './image-settings.ts';

const { input } = creationOf();

describe('settingsOfImage', () => {
  it('takes over everything that made the picture', () => {
    const image = imageOf({ width: 192, height: 256, seed: '99', steps: 30, cfgScale: 4.5 });
    expect(settingsOfImage(image)).toMatchObject({ width: 192, height: 256, seed: '99', steps: 30 });
    expect(settingsOfImage(image)).not.toHaveProperty('count');
  });

  it('brings an enlarged picture to the nearest size that can be asked for', () => {
    expect(settingsOfImage(imageOf({ width: 200, height: 4096 }))).toMatchObject({
      width: 192,
      height: 3072,
    });
  });

  it.each([{ width: 200, height: 256 }, { width: 256, height: 4096 }, { width: 0, height: 0 }, { seed: '' }])(
    'makes an input that core accepts from a picture of %j',
    (changes) => {
      const settings = settingsOfImage(imageOf(changes));
      expect(Value.Check(CreationInput, { ...input, ...settings })).toBe(true);
    },
  );
});
