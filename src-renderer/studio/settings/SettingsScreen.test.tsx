import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { appRoutes } from '#shared/studio/routes.ts';
import { type FakeCore, installFakeCore, refusal } from '#ui/testing/fake-core.ts';
import { preparePage, renderScreen } from '#ui/testing/page.tsx';
import { systemOf } from '#ui/testing/values.ts';
import { SettingsScreen } from './index.ts';

preparePage();

let core: FakeCore;
const user = userEvent.setup();
const patchRoute = `PATCH ${appRoutes.settings}`;

beforeEach(() => {
  core = installFakeCore();
});

const radio = (name: string) => screen.findByRole<HTMLInputElement>('radio', { name });
const toggle = (name: string) => screen.findByRole<HTMLInputElement>('switch', { name });

describe('SettingsScreen', () => {
  it('saves a setting as it is changed', async () => {
    renderScreen(<SettingsScreen />);
    await user.click(await radio('Dark'));
    await user.click(await toggle('Start the worker with Yurt'));
    await waitFor(() => expect(core.settings).toMatchObject({ theme: 'dark', workerOn: false }));
    expect(core.bodies).toEqual([{ theme: 'dark' }, { workerOn: false }]);
    expect((await radio('Dark')).checked).toBe(true);
  });

  it('shows a change at once and takes it back, with words, when core refuses it', async () => {
    const answer = Promise.withResolvers<Response>();
    core.on(patchRoute, () => answer.promise);
    renderScreen(<SettingsScreen />);
    await user.click(await toggle('Shortcuts of a single key'));
    expect((await toggle('Shortcuts of a single key')).checked).toBe(false);
    answer.resolve(refusal(507, 'disk_full'));
    const note = await screen.findByRole('alert');
    expect(note.textContent).toMatch(/^Not saved, so it is as it was\. The disk is full/);
    expect((await toggle('Shortcuts of a single key')).checked).toBe(true);
  });

  it('takes a change back when core cannot be reached, and forgets the words with the next one', async () => {
    renderScreen(<SettingsScreen />);
    await radio('Dark');
    core.isAway = true;
    await user.click(await radio('Dark'));
    expect((await screen.findByRole('alert')).textContent).toBe(
      'Not saved, so it is as it was. Yurt does not answer. Try again when Yurt is back.',
    );
    expect((await radio('System')).checked).toBe(true);
    core.isAway = false;
    await user.click(await radio('Light'));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    expect(core.settings.theme).toBe('light');
  });

  it('lets none of two quick changes undo the other', async () => {
    const first = Promise.withResolvers<void>();
    let calls = 0;
    core.on(patchRoute, async (body) => {
      calls += 1;
      if (calls === 1) await first.promise;
      core.settings = { ...core.settings, ...(body as object) };
      return Response.json(core.settings);
    });
    renderScreen(<SettingsScreen />);
    await user.click(await radio('Dark'));
    await user.click(await toggle('Start the worker with Yurt'));
    expect(calls).toBe(1);
    expect([(await radio('Dark')).checked, (await toggle('Start the worker with Yurt')).checked]).toEqual([
      true,
      false,
    ]);
    first.resolve();
    await waitFor(() => expect(calls).toBe(2));
    await waitFor(() => expect(core.settings).toMatchObject({ theme: 'dark', workerOn: false }));
    expect([(await radio('Dark')).checked, (await toggle('Start the worker with Yurt')).checked]).toEqual([
      true,
      false,
    ]);
  });

  it('offers the way back to a default only where a setting differs from it', async () => {
    core.settings = { ...core.settings, theme: 'dark' };
    renderScreen(<SettingsScreen />);
    const back = await screen.findByRole('button', { name: 'Theme: back to the default, System' });
    expect(screen.getAllByRole('button', { name: /back to the default/ })).toHaveLength(1);
    await user.click(back);
    await waitFor(() => expect(core.settings.theme).toBe('system'));
    expect(screen.queryByRole('button', { name: /back to the default/ })).toBeNull();
  });

  it('chooses the device of the engine', async () => {
    renderScreen(<SettingsScreen />);
    await user.click(await screen.findByRole('combobox', { name: 'Device of the picture engine' }));
    await user.click(await screen.findByRole('option', { name: 'Graphics card, WebGPU' }));
    await waitFor(() => expect(core.settings.provider).toBe('webgpu'));
  });

  it('says which Yurt this is and where its data lie', async () => {
    renderScreen(<SettingsScreen />);
    const about = await screen.findByRole('region', { name: 'About' });
    for (const text of ['1.2.3', 'Server without a window', '/data/yurt']) {
      expect(within(about).getByText(text)).toBeTruthy();
    }
  });

  it('offers the tray only where there is one', async () => {
    renderScreen(<SettingsScreen />);
    await radio('Dark');
    expect(screen.queryByRole('switch', { name: /Closing the window/ })).toBeNull();
  });

  it('offers the tray in the desktop app', async () => {
    core.system = systemOf({ host: 'desktop' });
    renderScreen(<SettingsScreen />);
    expect((await toggle('Closing the window keeps Yurt running')).checked).toBe(false);
  });

  it('says why the settings are not there and reads them again', async () => {
    core.on(`GET ${appRoutes.settings}`, () => refusal(500, 'internal'));
    renderScreen(<SettingsScreen />);
    const again = await screen.findByRole('button', { name: 'Try again' });
    core.on(`GET ${appRoutes.settings}`, () => Response.json(core.settings));
    await user.click(again);
    expect(await radio('Dark')).toBeTruthy();
  });
});
