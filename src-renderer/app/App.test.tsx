import { createMemoryHistory } from '@tanstack/react-router';
import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { appRoutes } from '#shared/studio/routes.ts';
import { defaultSettings } from '#shared/studio/settings/schema.ts';
import { followEvents, useStreamState } from '#ui/api/event-stream.ts';
import { createQueryClient } from '#ui/api/query-client.ts';
import { type FakeCore, installFakeCore, refusal } from '#ui/testing/fake-core.ts';
import { preparePage } from '#ui/testing/page.tsx';
import { creationOf, systemOf, workerOf } from '#ui/testing/values.ts';
import { App } from './App.tsx';
import { createAppRouter } from './router.tsx';

preparePage();

let core: FakeCore;
let stopFollowing: () => void;
let user: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
  core = installFakeCore();
  user = userEvent.setup();
  stopFollowing = () => undefined;
});

afterEach(() => {
  stopFollowing();
});

const times = { mendMs: 1, firstMs: 60_000, mostMs: 60_000, silenceMs: 600_000 };

async function open(path: string): Promise<ReturnType<typeof createAppRouter>> {
  const client = createQueryClient();
  const router = createAppRouter(createMemoryHistory({ initialEntries: [path] }));
  stopFollowing = followEvents(client, times);
  render(<App client={client} router={router} />);
  await screen.findByRole('navigation', { name: 'Screens' });
  return router;
}

const heading = (name: string) => screen.findByRole('heading', { level: 1, name });
const chip = (name: RegExp) => screen.findByRole('button', { name });

describe('navigation', () => {
  it('shows what there is, marks where one is, and goes there', async () => {
    await open('/worker');
    await heading('Worker');
    const links = within(screen.getByRole('navigation')).getAllByRole('link');
    expect(links.map((link) => link.textContent)).toEqual(['Create', 'Gallery', 'Worker', 'Settings']);
    expect(links[2]?.getAttribute('aria-current')).toBe('page');
    await user.click(screen.getByRole('link', { name: 'Settings' }));
    await heading('Settings');
    expect(document.title).toBe('Settings · Yurt');
    expect(links[2]?.hasAttribute('aria-current')).toBe(false);
    expect(links[3]?.getAttribute('aria-current')).toBe('page');
  });

  it('leaves the focus alone at the start and moves it to the heading on the way to a screen', async () => {
    const router = await open('/worker');
    await heading('Worker');
    expect(document.activeElement).toBe(document.body);
    await user.click(screen.getByRole('link', { name: 'Settings' }));
    const title = await heading('Settings');
    await waitFor(() => expect(document.activeElement).toBe(title));
    (await screen.findByRole('radio', { name: 'Dark' })).focus();
    await act(() => router.navigate({ to: '.', search: { image: 'i1' } }));
    expect(router.state.location.search).toEqual({ image: 'i1' });
    expect(document.activeElement).not.toBe(title);
  });

  it('skips to the content', async () => {
    await open('/worker');
    await heading('Worker');
    await user.tab();
    expect(document.activeElement?.textContent).toBe('Skip to content');
    await user.keyboard('{Enter}');
    expect(document.activeElement).toBe(screen.getByRole('main'));
  });

  it('says so at an address that is no screen, with a way out', async () => {
    const router = await open('/models?image=i1');
    await heading('There is no such screen');
    expect(document.title).toBe('Not found · Yurt');
    await user.click(screen.getByRole('button', { name: 'Go to Create' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/'));
  });

  it('has the landmarks of a page once each', async () => {
    await open('/settings');
    await heading('Settings');
    for (const role of ['banner', 'navigation', 'main']) expect(screen.getAllByRole(role)).toHaveLength(1);
  });
});

describe('shortcuts', () => {
  it('go to screens by sequences and by Ctrl with digits', async () => {
    const router = await open('/worker');
    await heading('Worker');
    await user.keyboard('gs');
    await heading('Settings');
    await user.keyboard('{Control>}3{/Control}');
    await heading('Worker');
    await user.keyboard('{Control>},{/Control}');
    await heading('Settings');
    expect(router.history.length).toBe(4);
  });

  it('do nothing while text is typed', async () => {
    const router = await open('/');
    const prompt = await screen.findByRole('textbox', { name: /prompt/i });
    await user.type(prompt, 'gs?');
    expect((prompt as HTMLTextAreaElement).value).toBe('gs?');
    expect(router.state.location.pathname).toBe('/');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('of a single key can be switched off', async () => {
    core.settings = { ...defaultSettings, singleKeyShortcuts: false };
    await open('/settings');
    await screen.findByRole('switch', { name: 'Shortcuts of a single key' });
    await user.keyboard('gw?');
    expect(screen.queryByRole('dialog')).toBeNull();
    await heading('Settings');
  });

  it('are listed on ?, nothing below answers meanwhile, and Esc brings the focus back', async () => {
    await open('/worker');
    await heading('Worker');
    const pause = await screen.findByRole('button', { name: 'Pause the worker' });
    pause.focus();
    await user.keyboard('?');
    const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(within(dialog).getByText('Pause or start the worker')).toBeTruthy();
    await user.keyboard('gs');
    await heading('Worker');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(pause));
  });

  it('list those of the screen, and Ctrl with digits only where no browser keeps it', async () => {
    core.system = systemOf({ host: 'desktop' });
    await open('/');
    await screen.findByRole('textbox', { name: /prompt/i });
    await user.click(screen.getByRole('button', { name: 'Keyboard shortcuts' }));
    const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(within(dialog).getByText('Create the pictures')).toBeTruthy();
    expect(within(dialog).getByText('2')).toBeTruthy();
  });

  it('move between the parts of the window', async () => {
    await open('/worker');
    await heading('Worker');
    const seen: (string | undefined)[] = [];
    for (let n = 0; n < 4; n += 1) {
      await user.keyboard('{F6}');
      seen.push(document.activeElement?.closest('[data-region]')?.tagName);
    }
    expect(seen).toEqual(['NAV', 'HEADER', 'MAIN', 'NAV']);
    await user.keyboard('{Shift>}{F6}{/Shift}');
    expect(document.activeElement?.closest('[data-region]')?.tagName).toBe('MAIN');
  });

  it('pause and start the worker', async () => {
    await open('/settings');
    await chip(/^Worker: on, idle/);
    await user.keyboard('{Control>}{Shift>}p{/Shift}{/Control}');
    await chip(/^Worker: paused/);
    expect(core.worker.state).toBe('paused');
    await user.keyboard('{Control>}{Shift>}p{/Shift}{/Control}');
    await chip(/^Worker: on, idle/);
  });
});

describe('status bar', () => {
  it('shows horde, kudos, requests and the worker with its current job, live', async () => {
    await open('/settings');
    await chip(/^Horde: Home horde, online/);
    await chip(/^Kudos: 1,240/);
    await chip(/^Nothing running/);
    await chip(/^Worker: on, idle/);
    const job = { id: 'j', model: 'Yurt Tiny', step: 7, steps: 12, startedAt: 1 };
    const creation = creationOf({ progress: { ...creationOf().progress, etaSeconds: 26 } });
    act(() => {
      core.publish({ type: 'workerChanged', worker: workerOf({ state: 'working', job }) });
      core.publish({ type: 'creationChanged', creation });
    });
    await chip(/^Worker: working, step 7 of 12/);
    await user.click(await chip(/^1 request, about 20–35 s/));
    expect(await screen.findByText('a red fox')).toBeTruthy();
    await waitFor(() => expect(document.title).toBe('1 request · Settings · Yurt'));
  });

  it('says why a pause was refused', async () => {
    core.on(`POST ${appRoutes.pauseWorker}`, () => refusal(500, 'internal'));
    await open('/settings');
    await user.click(await chip(/^Worker: on, idle/));
    await user.click(await screen.findByRole('button', { name: 'Pause the worker' }));
    expect(await screen.findByText(/^The worker was not paused\. Something went wrong/)).toBeTruthy();
    await chip(/^Worker: on, idle/);
  });

  it('does not call a horde online while core is away', async () => {
    await open('/settings');
    await chip(/^Horde: Home horde, online/);
    core.isAway = true;
    act(() => core.dropStreams());
    expect((await chip(/^Horde: Home horde, offline/)).textContent).toBe('Home horde · offline');
  });
});

describe('banners', () => {
  it('count down while core is away, and go when it is back, with what happened meanwhile', async () => {
    await open('/settings');
    await chip(/^Worker: on, idle/);
    core.isAway = true;
    act(() => core.dropStreams());
    expect(await screen.findByText(/^Yurt is not answering, trying again in 60 s\./)).toBeTruthy();
    core.isAway = false;
    core.worker = workerOf({ state: 'paused' });
    await user.click(screen.getByRole('button', { name: 'Try now' }));
    await chip(/^Worker: paused/);
    await waitFor(() => expect(screen.queryByText(/not answering/)).toBeNull());
  });

  it('say to open Yurt again once core does not know the page', async () => {
    await open('/settings');
    await waitFor(() => expect(useStreamState.getState().state).toBe('open'));
    core.isSignedOut = true;
    act(() => core.dropStreams());
    await screen.findByText(/Open it again from Yurt’s window/);
    core.isSignedOut = false;
    await user.click(screen.getByRole('button', { name: 'Look again' }));
    await waitFor(() => expect(screen.queryByText(/Open it again/)).toBeNull());
  });

  it('tell notices of the start in words and can be dismissed one by one', async () => {
    core.system = systemOf({
      notices: [
        { code: 'horde_port_in_use', details: { wanted: '7001', port: '7005' } },
        { code: 'database_restored_empty', details: { file: '/data/yurt.db.damaged-1' } },
      ],
    });
    await open('/settings');
    expect(
      await screen.findByText(/^Port 7001 is used by another program, .* runs on port 7005/),
    ).toBeTruthy();
    const file = screen.getByText(/kept the old file as \/data\/yurt\.db\.damaged-1/);
    await user.click(screen.getAllByRole('button', { name: 'Dismiss' })[0] ?? file);
    expect(screen.queryByText(/^Port 7001/)).toBeNull();
    expect(file.isConnected).toBe(true);
    act(() => core.publish({ type: 'noticeAdded', notice: { code: 'disk_full', details: {} } }));
    expect(await screen.findByText(/^The disk is full/)).toBeTruthy();
    expect(screen.queryByText(/^Port 7001/)).toBeNull();
  });
});

describe('theme', () => {
  const scheme = () => document.documentElement.getAttribute('data-mantine-color-scheme');

  it('follows the settings, at the start, by a change here, and by one in another window', async () => {
    core.settings = { ...defaultSettings, theme: 'dark' };
    await open('/settings');
    await waitFor(() => expect(scheme()).toBe('dark'));
    await user.click(await screen.findByRole('radio', { name: 'Light' }));
    await waitFor(() => expect(scheme()).toBe('light'));
    await waitFor(() => expect(core.settings.theme).toBe('light'));
    act(() => core.publish({ type: 'settingsChanged', settings: { ...defaultSettings, theme: 'dark' } }));
    await waitFor(() => expect(scheme()).toBe('dark'));
  });

  it('goes back when core refuses the change', async () => {
    core.settings = { ...defaultSettings, theme: 'dark' };
    core.on(`PATCH ${appRoutes.settings}`, () => refusal(500, 'internal'));
    await open('/settings');
    await user.click(await screen.findByRole('radio', { name: 'Light' }));
    await screen.findByText(/^Not saved, so it is as it was/);
    await waitFor(() => expect(scheme()).toBe('dark'));
  });
});

describe('a screen whose code is on its way', () => {
  it('says so after a moment, says when it did not come, and can be asked for again', async () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const router = await open('/settings');
    await heading('Settings');
    const route = router.routesById['/gallery'];
    const load = route.lazyFn;
    const code = Promise.withResolvers<never>();
    route.lazyFn = () => code.promise;
    await user.click(screen.getByRole('link', { name: 'Gallery' }));
    expect(await screen.findByText('Loading')).toBeTruthy();
    code.reject(new TypeError('Failed to fetch dynamically imported module'));
    await heading('This screen has stopped');
    expect(screen.getByText(/Failed to fetch dynamically/)).toBeTruthy();
    if (load !== undefined) route.lazyFn = load;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await heading('Gallery');
    silent.mockRestore();
  });
});

describe('a screen that stops', () => {
  it('is caught, says so, and comes back', async () => {
    // React tells the console of every error that a boundary catches.
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    // An answer that breaks the contract.
    core.worker = { ...workerOf(), models: undefined as unknown as string[] };
    await open('/worker');
    await heading('This screen has stopped');
    expect(screen.getByRole('navigation')).toBeTruthy();
    act(() => core.publish({ type: 'workerChanged', worker: workerOf() }));
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await heading('Worker');
    silent.mockRestore();
  });
});
