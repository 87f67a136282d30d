import { hordeClientOf, makePicture, samplerOf } from '../fixtures/horde.ts';
import { coreIsAway } from '../fixtures/page-watch.ts';
import { fingerprintOf } from '../fixtures/pixels.ts';
import { recordSeen } from '../fixtures/seen.ts';
import { expect, test } from '../fixtures/test.ts';
import { say } from '../fixtures/words.ts';
import { createScreen, endlessSteps, redCircle } from '../pages/create-screen.ts';
import { galleryScreen, readGallery, readPicture } from '../pages/gallery-screen.ts';

test('a prompt becomes a picture that is still there after a reload and a restart', async ({
  page,
  yurt,
  watch,
}) => {
  const create = createScreen(page);
  const gallery = galleryScreen(page);
  await create.open(yurt.line.app);
  await expect(create.prompt).toBeFocused();

  await test.step('words and Ctrl+Enter', async () => {
    await page.keyboard.type(redCircle);
    await page.keyboard.press('ControlOrMeta+Enter');
    const card = create.card(redCircle);
    await card.expectState('done', { count: 1 });
    await expect(card.pictures).toHaveCount(1);
    await expect(create.prompt).toBeFocused();
    await expect(
      create.stage.getByRole('button', { name: say('create:stage.open', { prompt: redCircle }) }),
    ).toBeVisible();
  });

  const [image] = await readGallery(page);
  if (!image) throw new Error('the gallery is empty');
  const before = await fingerprintOf(await readPicture(page, image));
  const title = say('gallery:picture', { prompt: redCircle, width: image.width, height: image.height });

  await test.step('after a reload', async () => {
    await page.reload();
    await gallery.open();
    await expect(gallery.pictures).toHaveCount(1);
    await expect(gallery.pictures).toHaveAccessibleName(title);
  });

  await test.step('after a restart', async () => {
    watch.expectFault(coreIsAway);
    await yurt.stop();
    await yurt.start();
    await create.open(yurt.line.app);
    await gallery.open();
    await expect(gallery.pictures).toHaveCount(1);
    expect(await fingerprintOf(await readPicture(page, image))).toBe(before);
  });

  await test.step('the API makes the same picture from the same seed', async () => {
    const { width, height, steps, karras, seed, prompt, model } = image;
    const params = {
      width,
      height,
      steps,
      karras,
      seed,
      cfg_scale: image.cfgScale,
      sampler_name: samplerOf(image.sampler),
    };
    const client = hordeClientOf(yurt.line.horde);
    const same = await makePicture(client, { prompt, models: [model], params });
    expect(await fingerprintOf(same.file)).toBe(before);
    const other = await makePicture(client, { prompt, models: [model], params: { ...params, seed: '1' } });
    expect(await fingerprintOf(other.file)).not.toBe(before);
  });
});

test('steps and a preview are shown while the picture is made', async ({ page, yurt }) => {
  const create = createScreen(page);
  await create.open(yurt.line.app);
  await create.setSteps(endlessSteps);
  const states = await recordSeen(page, '[role="progressbar"]', 'aria-label');
  await create.send(redCircle);
  const preview = create.stage.getByRole('img', { name: say('create:stage.preview', { prompt: redCircle }) });
  await expect(preview).toBeVisible();
  // An address that leads to no picture would be an empty frame.
  await expect.poll(() => preview.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await expect.poll(async () => new Set((await states()).flatMap(stepsIn)).size).toBeGreaterThan(2);
});

/** The number of the step in words like "step 5 of 12". */
function stepsIn(words: string): string[] {
  const pattern = say('creations:step', { step: '(\\d+)', steps: '\\d+' });
  return new RegExp(pattern).exec(words)?.slice(1) ?? [];
}
