import { notifications } from '@mantine/notifications';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { applyStudioEvent } from '#ui/api/apply-event.ts';
import { Viewer } from '#ui/studio/viewer/index.ts';
import { createGalleryCore, type GalleryCore } from '#ui/testing/gallery-core.ts';
import { preparePage, renderScreen } from '#ui/testing/page.tsx';
import { imageOf } from '#ui/testing/values.ts';
import { GalleryScreen } from './index.ts';

const start = new Date(2026, 10, 22, 12).getTime();

const pictures = (count: number, changes: Partial<GalleryImage> = {}): GalleryImage[] =>
  Array.from({ length: count }, (_, at) =>
    imageOf({
      id: `p${at}`,
      createdAt: start - at,
      prompt: `picture ${at}`,
      fileName: `2026-11/picture-${at}.webp`,
      imageUrl: `/app/gallery/p${at}/image`,
      thumbnailUrl: `/app/gallery/p${at}/thumbnail`,
      ...changes,
    }),
  );

let core: GalleryCore;

function show(images: readonly GalleryImage[]) {
  core = createGalleryCore(images);
  vi.stubGlobal('fetch', core.fetch);
  const user = userEvent.setup();
  return { user, ...renderScreen(<GalleryScreen />, <Viewer onUseSettings={() => undefined} />) };
}

const cell = (name: RegExp): Promise<HTMLElement> => screen.findByRole('gridcell', { name });
const cells = (): string[] =>
  screen.queryAllByRole('gridcell').map((element) => element.dataset['imageId'] ?? '');
const pagesRead = (): string[] => core.calls.filter((call) => call.startsWith('GET /app/gallery?'));

preparePage({ width: 800, height: 1000 });

afterEach(() => notifications.clean());

describe('reading', () => {
  it('reads on while the end is near, draws only what is around the view, and says how many there are', async () => {
    show(pictures(500));
    await cell(/^picture 0,/);
    await waitFor(() => expect(pagesRead()).toHaveLength(2));
    expect(new Set(pagesRead()).size).toBe(2);
    expect(cells().length).toBeLessThan(60);
    expect(screen.getByText('500 pictures')).toBeTruthy();
  });

  it('reads further pages when one scrolls, and keeps the pages in order', async () => {
    const { client } = show(pictures(300));
    await cell(/^picture 0,/);
    const grid = screen.getByRole('grid');
    for (let turn = 0; turn < 10 && !cells().includes('p299'); turn += 1) {
      const scroller = grid.parentElement ?? grid;
      scroller.scrollTop = Number.parseFloat(grid.style.height) - scroller.clientHeight;
      fireEvent.scroll(scroller);
      await waitFor(() => expect(client.isFetching()).toBe(0));
    }
    expect(pagesRead()).toHaveLength(5);
    await cell(/^picture 299,/);
    expect(cells()).not.toContain('p100');
  });

  it('says where pictures come from when there are none', async () => {
    const { user } = show([]);
    await user.click(await screen.findByRole('button', { name: 'Make one' }));
    expect(await screen.findByText('Create is here')).toBeTruthy();
  });

  it('explains a failure and reads again', async () => {
    const { user } = show(pictures(3));
    core.failing.add('GET /app/gallery?');
    await user.click(await screen.findByRole('button', { name: 'Try again' }, { timeout: 5000 }));
    core.failing.clear();
    await user.click(await screen.findByRole('button', { name: 'Try again' }, { timeout: 5000 }));
    expect(await cell(/^picture 2,/)).toBeTruthy();
  });
});

describe('tiles', () => {
  it('shows hostile prompts as text', async () => {
    const prompt = '<img src=x onerror="window.hacked=1"> {{count}} $t(title) \u202E';
    show(pictures(1, { prompt }));
    const tile = await screen.findByRole('gridcell');
    expect(tile.getAttribute('aria-label')).toBe(`${prompt}, 128 by 128`);
    expect(document.querySelector('img[src="x"]')).toBeNull();
  });

  it('puts a placeholder where the thumbnail is broken', async () => {
    show(pictures(2));
    const tile = await cell(/^picture 1,/);
    const image = tile.querySelector('img');
    if (image === null) throw new Error('no thumbnail');
    fireEvent.error(image);
    expect(within(tile).getByText('File missing')).toBeTruthy();
    expect(tile.querySelector('img')).toBeNull();
  });

  it('takes in a picture that has just been made', async () => {
    const { client } = show(pictures(2));
    await cell(/^picture 0,/);
    const image = imageOf({ id: 'new', createdAt: start + 10, prompt: 'brand new' });
    applyStudioEvent(client, { type: 'imageAdded', image });
    await cell(/^brand new,/);
    expect(cells()).toEqual(['new', 'p0', 'p1']);
  });
});

describe('the keyboard', () => {
  it('moves the focus through the grid and opens a picture; closing gives the focus back', async () => {
    const { user } = show(pictures(30));
    (await cell(/^picture 0,/)).focus();
    await user.keyboard('{ArrowRight}{ArrowDown}');
    // 800 pixels take four tiles.
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^picture 5,/);
    await user.keyboard('{End}');
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^picture 29,/);
    await user.keyboard('{Home}{Enter}');
    await screen.findByRole('dialog', { name: 'Picture: picture 0' });
    await waitFor(() => expect(document.activeElement?.hasAttribute('data-picture')).toBe(true));
    await user.keyboard('{ArrowRight}');
    await screen.findByRole('dialog', { name: 'Picture: picture 1' });
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^picture 1,/));
  });

  it('selects several, bins them with Delete, and Undo restores them where they were', async () => {
    const { user } = show(pictures(6));
    (await cell(/^picture 0,/)).focus();
    await user.keyboard('{ArrowRight} {Shift>}{ArrowRight}{ArrowRight}{/Shift}');
    expect(await screen.findByText('3 selected')).toBeTruthy();
    await user.keyboard('{Delete}');
    await waitFor(() => expect(cells()).toEqual(['p0', 'p4', 'p5']));
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^picture 4,/));
    expect(core.images.get('p2')?.binnedAt).toBe(5000);
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(cells()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5']));
    await waitFor(() => expect(core.images.get('p2')?.binnedAt).toBeNull());
  });

  it('undoes with Ctrl Z', async () => {
    const { user } = show(pictures(3));
    (await cell(/^picture 1,/)).focus();
    await user.click(await cell(/^picture 1,/));
    await screen.findByRole('dialog');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.keyboard('{Delete}');
    await waitFor(() => expect(cells()).toEqual(['p0', 'p2']));
    await waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('gridcell'));
    await screen.findByRole('button', { name: 'Undo' });
    await user.keyboard('{Control>}z{/Control}');
    await waitFor(() => expect(cells()).toEqual(['p0', 'p1', 'p2']));
  });

  it('takes back a move to the bin that core refuses, and says so', async () => {
    const { user } = show(pictures(2));
    core.failing.add('POST');
    (await cell(/^picture 0,/)).focus();
    await user.keyboard('{Delete}');
    expect(await screen.findByText(/could not be changed/)).toBeTruthy();
    await waitFor(() => expect(cells()).toEqual(['p0', 'p1']));
  });
});

describe('the bin', () => {
  it('restores, and erases only after asking', async () => {
    const { user } = show(pictures(3, { binnedAt: 1 }));
    await screen.findByText('No pictures yet');
    await user.click(screen.getByRole('radio', { name: 'Bin' }));
    (await cell(/^picture 0,/)).focus();
    await user.keyboard(' ');
    await user.click(screen.getByRole('button', { name: 'Restore' }));
    await waitFor(() => expect(cells()).toEqual(['p1', 'p2']));
    expect(core.images.get('p0')?.binnedAt).toBeNull();

    (await cell(/^picture 2,/)).focus();
    await user.keyboard('{Delete}');
    await user.click(await screen.findByRole('button', { name: 'Erase' }));
    await waitFor(() => expect(core.images.has('p2')).toBe(false));
    expect(core.calls).toContain('DELETE /app/gallery/p2');
    await waitFor(() => expect(cells()).toEqual(['p1']));
  });
});
