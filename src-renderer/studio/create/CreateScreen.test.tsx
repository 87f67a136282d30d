// @vitest-environment jsdom
// What floats has no place in jsdom and counts as hidden: it is found by `hidden`.
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type CreateCore, createCreateCore, tinyModel } from '#ui/testing/create-core.ts';
import { preparePage, renderScreen } from '#ui/testing/page.tsx';
import { connectionOf, creationOf, imageOf, workerOf } from '#ui/testing/values.ts';
import { CreateScreen } from './CreateScreen.tsx';
import { emptyDraft, withFields, withModel } from './draft.ts';
import { setFields, takeImageSettings, useDraftStore } from './draft-store.ts';

preparePage({ width: 1000, height: 700 });

let core: CreateCore;
const freshStore = useDraftStore.getInitialState();

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
  useDraftStore.setState(freshStore, true);
  core = createCreateCore();
  vi.stubGlobal('fetch', (...args: Parameters<CreateCore['fetch']>) => core.fetch(...args));
});

/** Opens the screen and waits until something can be sent. */
async function open() {
  const user = userEvent.setup();
  const shown = renderScreen(<CreateScreen />);
  const prompt = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Prompt' });
  const create = screen.getByRole<HTMLButtonElement>('button', { name: 'Create' });
  await waitFor(() => expect(useDraftStore.getState().draft.input.model).not.toBe(''));
  return { ...shown, user, prompt, create };
}

const sent = () => core.bodiesOf('POST /app/creations');
const first = 'a red circle on a blue background';

describe('sending', () => {
  it('begins in the prompt and sends it by Ctrl+Enter with the model’s own settings', async () => {
    const { user, prompt } = await open();
    expect(document.activeElement).toBe(prompt);
    await user.keyboard(`${first}{Control>}{Enter}{/Control}`);
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]).toEqual({
      prompt: first,
      negativePrompt: '',
      model: 'Yurt Tiny',
      width: 128,
      height: 128,
      steps: 12,
      cfgScale: 5,
      sampler: 'k_dpmpp_2m',
      karras: true,
      count: 1,
    });
    expect(prompt.value).toBe(first);
    expect(document.activeElement).toBe(prompt);
    expect(await screen.findByRole('article', { name: `Request for a picture: ${first}` })).toBeTruthy();
  });

  it('sends from anywhere on the screen, again and again', async () => {
    const { user, prompt } = await open();
    await user.type(prompt, 'an owl');
    screen.getByRole('combobox', { name: 'Model' }).focus();
    await user.keyboard('{Control>}{Enter}{/Control}');
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(sent()).toHaveLength(2));
    expect(await screen.findAllByRole('article')).toHaveLength(2);
  });

  it('sends nothing from below a dialog', async () => {
    const { user } = await open();
    const dialog = document.createElement('div');
    dialog.setAttribute('aria-modal', 'true');
    document.body.append(dialog);
    await user.keyboard('{Control>}{Enter}{/Control}');
    dialog.remove();
    expect(sent()).toHaveLength(0);
  });

  it('says what to do with an empty prompt, and makes the example that stands there', async () => {
    const { user, prompt, create } = await open();
    expect(screen.getByText(/Say what the picture should show/)).toBeTruthy();
    const example = prompt.placeholder;
    expect(example).not.toBe('');
    await user.click(create);
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]).toMatchObject({ prompt: example });
  });

  it('keeps the draft and says why when core refuses, with a button that mends it', async () => {
    core.refusals.set('POST /app/creations', { status: 403, rc: 'KudosUpfront', message: 'Too dear.' });
    const { user, prompt } = await open();
    await user.type(prompt, 'an owl');
    setFields({ count: 4 });
    await user.keyboard('{Control>}{Enter}{/Control}');
    const note = await screen.findByRole('alert');
    expect(note.textContent).toContain('This needs more kudos than you have to spend.');
    expect(prompt.value).toBe('an owl');
    await user.click(within(note).getByRole('button', { name: 'Make it cheaper' }));
    expect(useDraftStore.getState().draft.input.count).toBe(1);
  });

  it('sends nothing as long as there is no model', async () => {
    core.models = [];
    const user = userEvent.setup();
    renderScreen(<CreateScreen />);
    expect(await screen.findByText('The home horde has no worker with a picture model.')).toBeTruthy();
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Create' }).disabled).toBe(true);
    expect(sent()).toHaveLength(0);
  });
});

describe('the cost', () => {
  it('says that own work is free, with the figure one click away', async () => {
    const { user } = await open();
    await user.click(await screen.findByRole('button', { name: 'free on this computer' }));
    expect(await screen.findByText(/moves 8 kudos/)).toBeTruthy();
    expect(screen.getByText('1 picture')).toBeTruthy();
  });

  it('says what each picture and all of them cost elsewhere', async () => {
    core.estimate = { kudos: 72, kudosPerImage: 18, isFree: false, warnings: [] };
    core.draft = withFields(withModel(emptyDraft, tinyModel).draft, { count: 4 });
    await open();
    expect(await screen.findByText('18 kudos each · 72 in all')).toBeTruthy();
    expect(screen.getByText('4 pictures')).toBeTruthy();
  });

  it('asks for no price while one types, and never tells the words', async () => {
    const { user, prompt } = await open();
    await screen.findByRole('button', { name: 'free on this computer' });
    const before = core.bodiesOf('POST /app/creations/estimate').length;
    await user.type(prompt, 'a secret owl');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const asked = core.bodiesOf('POST /app/creations/estimate');
    expect(asked).toHaveLength(before);
    expect(JSON.stringify(asked)).not.toContain('secret');
  });
});

describe('the draft', () => {
  it('is stored after the last change, and comes back', async () => {
    const { user, prompt } = await open();
    await user.type(prompt, 'an owl');
    await waitFor(() => expect(core.draft?.input.prompt).toBe('an owl'));
    cleanup();
    sessionStorage.clear();
    useDraftStore.setState(freshStore, true);
    const again = await open();
    await waitFor(() => expect(again.prompt.value).toBe('an owl'));
  });

  it('of this tab wins over what another tab has stored since', async () => {
    const { user, prompt } = await open();
    await user.type(prompt, 'mine');
    await waitFor(() => expect(core.draft?.input.prompt).toBe('mine'));
    cleanup();
    core.draft = withFields(withModel(emptyDraft, tinyModel).draft, { prompt: 'theirs' });
    useDraftStore.setState(freshStore, true);
    const again = await open();
    await waitFor(() => expect(again.prompt.value).toBe('mine'));
  });

  it('takes settings that came from elsewhere before it was read, and keeps the rest', async () => {
    core.draft = withFields(withModel(emptyDraft, tinyModel).draft, {
      prompt: 'an owl',
      count: 3,
    });
    takeImageSettings(imageOf({ prompt: 'a fox', seed: '7', width: 200 }));
    const { prompt } = await open();
    await waitFor(() => expect(screen.getByDisplayValue('3')).toBeTruthy());
    expect(prompt.value).toBe('a fox');
    expect(useDraftStore.getState().draft).toMatchObject({
      isSeedLocked: true,
      input: { seed: '7', width: 192, count: 3 },
    });
  });

  it('walks through the prompts that were sent', async () => {
    const { input } = creationOf();
    core.creations = [
      creationOf({ id: 'c2', state: 'cancelled', input: { ...input, prompt: 'newer' } }),
      creationOf({ id: 'c1', state: 'cancelled', input: { ...input, prompt: 'older' } }),
    ];
    const { user, prompt } = await open();
    await screen.findAllByRole('article');
    await user.type(prompt, 'mine');
    await user.keyboard('{Alt>}{ArrowUp}{ArrowUp}{/Alt}');
    expect(prompt.value).toBe('older');
    await user.keyboard('{Alt>}{ArrowDown}{ArrowDown}{/Alt}');
    expect(prompt.value).toBe('mine');
  });
});

describe('the settings', () => {
  it('set the shape, the quality and the count', async () => {
    const { user } = await open();
    await user.click(screen.getByRole('radio', { name: '3:2' }));
    await user.click(screen.getByRole('radio', { name: 'Best' }));
    const count = screen.getByRole<HTMLInputElement>('spinbutton', { name: 'How many' });
    await user.clear(count);
    await user.type(count, '99');
    await user.tab();
    expect(useDraftStore.getState().draft.input).toMatchObject({
      width: 192,
      height: 128,
      steps: 20,
      count: 20,
    });
    expect(count.value).toBe('20');
  });

  it('has every number of a request behind one click, and remembers that', async () => {
    const { user } = await open();
    const full = screen.getByText('Full settings').closest('details');
    expect(full?.open).toBe(false);
    await user.click(screen.getByText('Full settings'));
    expect(localStorage.getItem('yurt.create.full')).toBe('true');
    for (const name of ['Width', 'Height', 'Steps', 'Guidance']) {
      expect(screen.getByRole('spinbutton', { name })).toBeTruthy();
    }
    expect(screen.getByRole('textbox', { name: 'Seed' })).toBeTruthy();
    expect(screen.getByRole('combobox', { name: 'Sampler' })).toBeTruthy();
    await user.click(screen.getByRole('switch', { name: /Karras/ }));
    expect(useDraftStore.getState().draft.input.karras).toBe(false);
    const width = screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Width' });
    await user.clear(width);
    await user.type(width, '300');
    expect(useDraftStore.getState().draft.input.width).toBe(320);
    await user.tab();
    expect(width.value).toBe('320');
  });

  it('locks the seed of the last picture, and warns of equal pictures', async () => {
    core.images.set('i1', imageOf({ seed: '4711' }));
    const { user } = await open();
    await screen.findByRole('list', { name: 'Made last' });
    await user.click(screen.getByText('Full settings'));
    await user.click(screen.getByRole('button', { name: 'Keep the seed' }));
    expect(useDraftStore.getState().draft.input.seed).toBe('4711');
    setFields({ count: 3 });
    await user.click(await screen.findByRole('button', { name: '1 thing to know before sending' }));
    const list = await screen.findByRole('dialog', { hidden: true });
    await user.click(within(list).getByRole('button', { name: 'Another seed each time', hidden: true }));
    expect(useDraftStore.getState().draft.isSeedLocked).toBe(false);
  });

  it('says what a change of model has set, and takes it back', async () => {
    const big = { ...tinyModel, name: 'Big', nativeWidth: 512, nativeHeight: 512 };
    core.models = [tinyModel, big];
    const { user } = await open();
    await user.click(screen.getByRole('combobox', { name: 'Model' }));
    await user.click(await screen.findByRole('option', { name: /Big/, hidden: true }));
    expect(useDraftStore.getState().draft.input).toMatchObject({ model: 'Big', width: 512 });
    expect(screen.getByText(/Set for this model: size\./)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(useDraftStore.getState().draft.input).toMatchObject({ model: 'Big', width: 128 });
  });

  it('says before sending that the worker is paused, and starts it', async () => {
    core.worker = workerOf({ state: 'paused' });
    core.models = [{ ...tinyModel, workers: 0 }];
    const { user } = await open();
    expect(await screen.findByText('Your worker is paused: requests may wait until it starts.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: '1 thing to know before sending' }));
    await user.click(await screen.findByRole('button', { name: 'Start my worker', hidden: true }));
    await waitFor(() => expect(core.bodiesOf('POST /app/worker/resume')).toHaveLength(1));
    await waitFor(() => expect(screen.queryByText(/requests may wait until it starts/)).toBeNull());
  });

  it('says that requests wait while the horde is away, and still sends', async () => {
    core.connection = connectionOf({ state: 'offline' });
    const { user, create } = await open();
    expect(await screen.findByText(/Requests are sent when it is back/)).toBeTruthy();
    await user.click(create);
    await waitFor(() => expect(sent()).toHaveLength(1));
  });
});

describe('results', () => {
  const pictures = [
    imageOf({ id: 'i2', createdAt: 2, prompt: 'newer' }),
    imageOf({ id: 'i1', prompt: 'older' }),
  ];

  it('shows the newest picture and, by arrow key, another; Enter opens the viewer', async () => {
    for (const image of pictures) core.images.set(image.id, image);
    const { user, router } = await open();
    const stage = screen.getByRole('region', { name: 'Picture' });
    expect(await within(stage).findByRole('button', { name: 'Open the picture: newer' })).toBeTruthy();
    screen.getByRole('button', { name: 'Picture: newer' }).focus();
    await user.keyboard('{ArrowRight}');
    expect(within(stage).getByRole('button', { name: 'Open the picture: older' })).toBeTruthy();
    await user.keyboard('{Enter}');
    expect(router.state.location.search).toEqual({ image: 'i1' });
  });

  it('puts a picture in the bin by its key and takes that back', async () => {
    for (const image of pictures) core.images.set(image.id, image);
    const { user } = await open();
    (await screen.findByRole('button', { name: 'Picture: newer' })).focus();
    await user.keyboard('{Delete}');
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Picture: newer' })).toBeNull());
    await waitFor(() => expect(core.images.get('i2')?.binnedAt).not.toBeNull());
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(await screen.findByRole('button', { name: 'Picture: newer' })).toBeTruthy();
  });

  it('makes one more, and brings the settings of a picture into the form', async () => {
    core.images.set('i1', imageOf({ prompt: 'older', seed: '7', steps: 9 }));
    const { user } = await open();
    const stage = screen.getByRole('region', { name: 'Picture' });
    await user.click(await within(stage).findByRole('button', { name: 'Again' }));
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]).toMatchObject({ prompt: 'older', steps: 9, count: 1 });
    expect(sent()[0]).not.toHaveProperty('seed');
    core.creations = [];
    cleanup();
    const again = await open();
    await again.user.click(await screen.findByRole('button', { name: 'Use these settings' }));
    expect(useDraftStore.getState().draft).toMatchObject({
      isSeedLocked: true,
      input: { prompt: 'older', seed: '7' },
    });
  });

  it('offers words to begin with before the first picture', async () => {
    const { user, prompt } = await open();
    expect(await screen.findByRole('heading', { name: 'Your pictures appear here' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: first }));
    expect(prompt.value).toBe(first);
    expect(document.activeElement).toBe(prompt);
  });
});
