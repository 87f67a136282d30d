// @vitest-environment jsdom
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Creation, CreationState } from '#shared/studio/creations/schema.ts';
import { creationsQuery } from '#ui/api/queries.ts';
import { type CreateCore, createCreateCore, tinyModel } from '#ui/testing/create-core.ts';
import { preparePage, renderScreen } from '#ui/testing/page.tsx';
import { creationOf, imageOf, workerOf } from '#ui/testing/values.ts';
import { RequestCard } from './RequestCard.tsx';

preparePage({ width: 1000, height: 700 });

let core: CreateCore;
const onEdit = vi.fn<(creation: Creation) => void>();

beforeEach(() => {
  core = createCreateCore([imageOf({ id: 'i1' }), imageOf({ id: 'i2' })]);
  vi.stubGlobal('fetch', (...args: Parameters<CreateCore['fetch']>) => core.fetch(...args));
  onEdit.mockReset();
});

/** Draws a card of a creation that core has, too. */
async function show(creation: Creation) {
  core.creations = [creation];
  const shown = renderScreen(<RequestCard creation={creation} onEdit={onEdit} />);
  const card = await screen.findByRole('article');
  return { ...shown, card, button: (name: string | RegExp) => within(card).getByRole('button', { name }) };
}

const progressOf = (changes: Partial<Creation['progress']>): Creation['progress'] => ({
  ...creationOf().progress,
  ...changes,
});

describe('RequestCard', () => {
  it.each([...CreationState.enum])('has words, and no raw key, in the state %s', async (state) => {
    const { card } = await show(creationOf({ state }));
    expect(card.textContent).not.toMatch(/\b(state|action|kudos|fix)\.\w/);
    expect(within(card).getByText(/./, { selector: '[data-tone] > span:first-of-type' })).toBeTruthy();
  });

  it('says how far the work is, in words and as the value of its bar', async () => {
    const progress = progressOf({ finished: 1, step: 5, steps: 12, etaSeconds: 26, previewUrl: '/app/p?1' });
    const { card } = await show(creationOf({ progress }));
    expect(within(card).getByText('Making 2 of 4 · step 5 of 12')).toBeTruthy();
    expect(within(card).getByText('about 20–35 s')).toBeTruthy();
    const bar = within(card).getByRole('progressbar');
    expect(bar.getAttribute('aria-label')).toBe('Making 2 of 4 · step 5 of 12');
    expect(bar.getAttribute('aria-valuetext')).toBe('35%');
    expect(within(card).getByRole('img', { name: 'Preview of: a red fox' }).getAttribute('src')).toBe(
      '/app/p?1',
    );
  });

  it('says the place in the line', async () => {
    const { card } = await show(creationOf({ state: 'waiting', progress: progressOf({ queuePosition: 3 }) }));
    expect(within(card).getByText('In line, number 3')).toBeTruthy();
  });

  it('cancels by its button and by Ctrl+. while it has the focus', async () => {
    const user = userEvent.setup();
    const { button, client } = await show(creationOf({ imageIds: ['i1'] }));
    await user.keyboard('{Control>}.{/Control}');
    expect(core.bodiesOf('POST /app/creations/c1/cancel')).toHaveLength(0);
    await user.click(button('Cancel the rest'));
    await waitFor(() => expect(core.bodiesOf('POST /app/creations/c1/cancel')).toHaveLength(1));
    await waitFor(() =>
      expect(client.getQueryData(creationsQuery.queryKey)?.creations[0]?.state).toBe('cancelled'),
    );
    button('Cancel the rest').focus();
    await user.keyboard('{Control>}.{/Control}');
    await waitFor(() => expect(core.bodiesOf('POST /app/creations/c1/cancel')).toHaveLength(2));
  });

  it('asks core for the whole again when nothing came, and only for the rest when some did', async () => {
    const user = userEvent.setup();
    const failed = await show(creationOf({ state: 'failed', problem: { code: 'faulted', message: 'x' } }));
    await user.click(failed.button('Try again'));
    await waitFor(() => expect(core.bodiesOf('POST /app/creations/c1/retry')).toHaveLength(1));
    cleanup();
    const partial = await show(creationOf({ state: 'partial', imageIds: ['i1', 'i2'] }));
    await user.click(partial.button('Ask for the missing 2'));
    await waitFor(() => expect(core.bodiesOf('POST /app/creations')).toHaveLength(1));
    expect(core.bodiesOf('POST /app/creations')[0]).toMatchObject({ count: 2, prompt: 'a red fox' });
  });

  it('makes the same again with a new seed', async () => {
    const user = userEvent.setup();
    const { input } = creationOf();
    const { button } = await show(creationOf({ state: 'done', input: { ...input, seed: '7' } }));
    await user.click(button('Again'));
    await waitFor(() => expect(core.bodiesOf('POST /app/creations')).toEqual([input]));
  });

  it('brings the settings back and cancels what still waits', async () => {
    const user = userEvent.setup();
    const creation = creationOf({ state: 'waiting' });
    const { button } = await show(creation);
    await user.click(button('Use these settings'));
    expect(onEdit).toHaveBeenCalledWith(creation);
    await waitFor(() => expect(core.bodiesOf('POST /app/creations/c1/cancel')).toHaveLength(1));
  });

  it('takes the card of an ended request away', async () => {
    const user = userEvent.setup();
    const { button, client } = await show(creationOf({ state: 'done' }));
    await client.fetchQuery(creationsQuery);
    await user.click(button('Remove this card'));
    await waitFor(() => expect(client.getQueryData(creationsQuery.queryKey)?.creations).toEqual([]));
  });

  it('opens its pictures in the viewer and leaves out those in the bin', async () => {
    const user = userEvent.setup();
    core.images.set('i2', imageOf({ id: 'i2', binnedAt: 5 }));
    const { button, card, router } = await show(creationOf({ state: 'done', imageIds: ['i1', 'i2'] }));
    await within(card).findByRole('button', { name: /Open the picture/ });
    await user.click(button('Open the picture: a red fox'));
    expect(router.state.location.search).toEqual({ image: 'i1' });
  });

  it('says that a picture was hidden', async () => {
    core.images.set('i1', imageOf({ id: 'i1', isCensored: true }));
    const { card } = await show(creationOf({ state: 'done', imageIds: ['i1'] }));
    expect(
      await within(card).findByRole('button', { name: /Hidden by the worker’s safety check/ }),
    ).toBeTruthy();
  });

  it('says what the worker noted on a picture in words, and an unheard note as it came', async () => {
    core.images.set('i1', imageOf({ id: 'i1', notes: ['resized', 'a new note'] }));
    const { card } = await show(creationOf({ state: 'done', imageIds: ['i1'] }));
    const name = /red fox\. The worker made another size than you asked for\. · a new note$/;
    expect(await within(card).findByRole('button', { name })).toBeTruthy();
  });

  it('names the cause when no worker can do it, and starts the own worker', async () => {
    const user = userEvent.setup();
    core.worker = workerOf({ state: 'paused' });
    core.models = [{ ...tinyModel, workers: 0 }];
    const { card } = await show(creationOf({ state: 'impossible' }));
    await user.click(await within(card).findByRole('button', { name: 'Start my worker' }));
    await waitFor(() => expect(core.bodiesOf('POST /app/worker/resume')).toHaveLength(1));
  });

  it('tells a refusal in words and keeps the card', async () => {
    const user = userEvent.setup();
    core.refusals.set('POST /app/creations/c1/cancel', { status: 503, rc: 'unheard', message: 'Not today.' });
    const { button } = await show(creationOf());
    await user.click(button('Cancel'));
    expect(await screen.findByText(/“Not today\.”/)).toBeTruthy();
  });

  it('promises no other try of an action when core cannot be reached', async () => {
    const user = userEvent.setup();
    const { button } = await show(creationOf());
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    await user.click(button('Cancel'));
    expect(await screen.findByText('Yurt does not answer. Try again when Yurt is back.')).toBeTruthy();
  });

  it('shows hostile texts as text', async () => {
    const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    const { input } = creationOf();
    const { card } = await show(
      creationOf({
        state: 'failed',
        input: { ...input, prompt: hostile, model: hostile },
        problem: { code: '__proto__', message: hostile },
        warnings: [{ code: hostile, message: hostile }],
      }),
    );
    expect(card.querySelector('script, img[src="x"]')).toBeNull();
    expect(within(card).getAllByText(hostile, { exact: false }).length).toBeGreaterThan(2);
  });
});
