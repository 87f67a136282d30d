import { beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultSettings } from '#shared/studio/settings/schema.ts';
import { workerOff, type WorkerState, type WorkerStatus } from '#shared/studio/worker/schema.ts';
import { createTray, type TrayActions } from './tray.ts';
import { Tray } from './testing/fake-electron.ts';

vi.mock('electron', () => import('./testing/fake-electron.ts'));

const workerIn = (state: WorkerState): WorkerStatus => ({ ...workerOff, state });
let done: unknown[];
let actions: TrayActions;

function current(): Tray {
  if (!Tray.current) throw new Error('there is no tray');
  return Tray.current;
}
const labels = (): (string | undefined)[] => current().menu.items.map((item) => item.label);

beforeEach(() => {
  done = [];
  actions = {
    open: () => done.push('open'),
    pauseWorker: () => done.push('pause'),
    resumeWorker: () => done.push('resume'),
    setCloseToTray: (isOn) => done.push(['closeToTray', isOn]),
    quit: () => done.push('quit'),
  };
});

describe('createTray', () => {
  it('offers opening and quitting while core does not answer', () => {
    createTray('/icons/tray.png', 'linux', actions);
    expect(current().image).toEqual({ file: '/icons/tray.png' });
    expect(labels()).toEqual(['Open Yurt', undefined, 'Quit Yurt']);
    current().menu.click('Open Yurt');
    current().menu.click('Quit Yurt');
    expect(done).toEqual(['open', 'quit']);
  });

  it('says what the worker does and offers the way back', () => {
    const tray = createTray('tray.png', 'linux', actions);
    tray.show({ worker: workerIn('working'), settings: undefined });
    expect(current().toolTip).toBe('Yurt: Worker is making a picture');
    current().menu.click('Pause worker');
    tray.show({ worker: workerIn('paused'), settings: undefined });
    expect(labels()).not.toContain('Pause worker');
    current().menu.click('Resume worker');
    expect(done).toEqual(['pause', 'resume']);
    tray.show({ worker: workerIn('off'), settings: undefined });
    expect(labels()).toContain('Worker is off');
    expect(labels()).not.toContain('Resume worker');
  });

  it('does not replace an open menu for a step of a job', () => {
    const tray = createTray('tray.png', 'linux', actions);
    tray.show({ worker: workerIn('working'), settings: defaultSettings });
    const before = current().menus.length;
    tray.show({ worker: { ...workerIn('working'), jobsDone: 1 }, settings: defaultSettings });
    expect(current().menus).toHaveLength(before);
    tray.show({ worker: workerIn('idle'), settings: defaultSettings });
    expect(current().menus).toHaveLength(before + 1);
  });

  it('switches what closing the window does, except on macOS', () => {
    const label = 'Keep running when the window is closed';
    const settings = { ...defaultSettings, closeToTray: true };
    createTray('tray.png', 'win32', actions).show({ worker: undefined, settings });
    expect(current().menu.items.find((item) => item.label === label)).toMatchObject({ checked: true });
    current().menu.click(label);
    expect(done).toEqual([['closeToTray', false]]);
    createTray('tray.png', 'darwin', actions).show({ worker: undefined, settings });
    expect(labels()).not.toContain(label);
  });

  it('opens the window at a click on Windows', () => {
    createTray('tray.png', 'win32', actions);
    current().emit('click');
    createTray('tray.png', 'linux', actions);
    current().emit('click');
    expect(done).toEqual(['open']);
  });
});
