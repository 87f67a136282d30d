import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { act } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import { appRoutes } from '#shared/studio/routes.ts';
import { applyStudioEvent } from '#ui/api/apply-event.ts';
import { type FakeCore, installFakeCore, refusal } from '#ui/testing/fake-core.ts';
import { preparePage, renderScreen } from '#ui/testing/page.tsx';
import { workerOf } from '#ui/testing/values.ts';
import { WorkerScreen } from './index.ts';

preparePage();

let core: FakeCore;
const user = userEvent.setup();
const job = { id: 'j', model: 'Yurt Tiny', step: 3, steps: 12, startedAt: 1_700_000_000_000 };

beforeEach(() => {
  core = installFakeCore();
});

const button = (name: string) => screen.findByRole('button', { name });
const state = (name: string) => screen.findByRole('region', { name });

describe('WorkerScreen', () => {
  it('pauses and starts the worker', async () => {
    renderScreen(<WorkerScreen />);
    await state('Waiting for a job');
    await user.click(await button('Pause the worker'));
    await state('Paused');
    expect(core.worker.state).toBe('paused');
    await user.click(await button('Start the worker'));
    await state('Waiting for a job');
    expect(core.worker.state).toBe('idle');
  });

  it('keeps what an event told that overtook the answer', async () => {
    const answer = Promise.withResolvers<Response>();
    core.worker = workerOf({ state: 'off' });
    core.on(`POST ${appRoutes.resumeWorker}`, () => answer.promise);
    const { client } = renderScreen(<WorkerScreen />);
    await user.click(await button('Start the worker'));
    act(() => applyStudioEvent(client, { type: 'workerChanged', worker: workerOf({ state: 'idle' }) }));
    answer.resolve(Response.json(workerOf({ state: 'starting' })));
    await waitFor(() => expect(client.isMutating()).toBe(0));
    await state('Waiting for a job');
  });

  it('says why a pause was refused and stays as it was', async () => {
    core.on(`POST ${appRoutes.pauseWorker}`, () => refusal(500, 'internal'));
    renderScreen(<WorkerScreen />);
    await user.click(await button('Pause the worker'));
    expect((await screen.findByRole('alert')).textContent).toContain('Something went wrong inside Yurt');
    await state('Waiting for a job');
  });

  it('promises nothing when core cannot be reached', async () => {
    renderScreen(<WorkerScreen />);
    await button('Pause the worker');
    core.isAway = true;
    await user.click(await button('Pause the worker'));
    expect((await screen.findByRole('alert')).textContent).toMatch(/nothing was changed\. Press again/);
    core.isAway = false;
    await user.click(await button('Pause the worker'));
    await state('Paused');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('follows the current job', async () => {
    const { client } = renderScreen(<WorkerScreen />);
    await state('Waiting for a job');
    act(() =>
      applyStudioEvent(client, { type: 'workerChanged', worker: workerOf({ state: 'working', job }) }),
    );
    const bar = within(await state('Making a picture')).getByRole('progressbar');
    expect(bar.getAttribute('aria-valuenow')).toBe('25');
    expect(bar.getAttribute('aria-label')).toBe('Current job: Step 3 of 12');
  });

  it('tells a pause that waits for the job from one that rests', async () => {
    core.worker = workerOf({ state: 'paused', reason: 'by_owner', job });
    renderScreen(<WorkerScreen />);
    expect(await screen.findByText('It finishes the job that it has, then rests.')).toBeTruthy();
  });

  it.each([
    ['horde_unreachable', 'The horde does not answer. The worker goes on asking.'],
    ['model_damaged', 'The files of this model are damaged.'],
    ['never_heard_of', 'The horde refused: “never_heard_of”'],
  ])('says what is wrong: %s', async (reason, words) => {
    core.worker = workerOf({ state: 'error', reason });
    renderScreen(<WorkerScreen />);
    expect(within(await state('Has a problem')).getByText(words)).toBeTruthy();
  });

  it('shows what it earned and offers, and where the horde is', async () => {
    core.worker = workerOf({ kudosEarned: 12.34, jobsDone: 5, jobsFaulted: 1 });
    renderScreen(<WorkerScreen />);
    const facts = await state('Since Yurt started');
    for (const text of ['12', '5', '1', 'Yurt Tiny']) expect(within(facts).getByText(text)).toBeTruthy();
    const address = await state('Address of your horde');
    expect(within(address).getByText('http://127.0.0.1:7001')).toBeTruthy();
    expect(within(address).getByRole('link').getAttribute('href')).toBe('http://127.0.0.1:7001/api/');
  });

  it('copies the address of the horde', async () => {
    renderScreen(<WorkerScreen />);
    let copied = '';
    // jsdom has no clipboard: the way round by a selected field is taken, as on plain HTTP.
    document.execCommand = () => {
      copied = document.querySelector('textarea')?.value ?? '';
      return true;
    };
    await user.click(await button('Copy the address'));
    await button('Copied');
    expect(copied).toBe('http://127.0.0.1:7001');
  });

  it('lists the log with the newest first', async () => {
    core.worker = workerOf({ log: ['first', 'second'].map((message, at) => ({ at, message })) });
    renderScreen(<WorkerScreen />);
    await waitFor(() => {
      const lines = screen.getAllByRole('listitem').map((line) => line.textContent);
      expect(lines.map((line) => line?.match(/first|second/)?.[0])).toEqual(['second', 'first']);
    });
  });
});
