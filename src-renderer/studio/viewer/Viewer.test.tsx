import { notifications } from '@mantine/notifications';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { createGalleryCore, type GalleryCore } from '#ui/testing/gallery-core.ts';
import { preparePage, renderScreen } from '#ui/testing/page.tsx';
import { imageOf } from '#ui/testing/values.ts';
import { useViewer, Viewer } from './index.ts';

const pictures = (count: number): GalleryImage[] =>
  Array.from({ length: count }, (_, at) =>
    imageOf({
      id: `p${at}`,
      createdAt: 1_000_000 - at,
      prompt: `picture ${at}`,
      imageUrl: `/app/gallery/p${at}/image`,
      fileName: `2026-11/picture-${at}.webp`,
    }),
  );

let core: GalleryCore;

function Opener() {
  const viewer = useViewer();
  return <button onClick={() => viewer.open('p1')}>Open</button>;
}

function show(images: readonly GalleryImage[], address = '/gallery?image=p1') {
  core = createGalleryCore(images);
  vi.stubGlobal('fetch', core.fetch);
  const user = userEvent.setup();
  const used: GalleryImage[] = [];
  const viewer = <Viewer onUseSettings={(image) => used.push(image)} />;
  return { user, used, ...renderScreen(<Opener />, viewer, address) };
}

const dialog = (prompt: string): Promise<HTMLElement> =>
  screen.findByRole('dialog', { name: `Picture: ${prompt}` });
const closed = (): Promise<void> => waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

preparePage({ width: 1200, height: 800 });

afterEach(() => notifications.clean());

describe('turning pages', () => {
  it('follows the order of the gallery and stops at its ends', async () => {
    const { user, router } = show(pictures(3));
    await dialog('picture 1');
    await screen.findByText('2 of 3');
    await user.keyboard('{ArrowRight}');
    await dialog('picture 2');
    expect(router.state.location.search).toEqual({ image: 'p2' });
    await user.keyboard('{ArrowRight}{ArrowLeft}{ArrowLeft}');
    await dialog('picture 0');
    await user.click(screen.getByRole('button', { name: 'Next picture' }));
    await dialog('picture 1');
  });

  it('finds the neighbours of a picture far down by reading on', async () => {
    show(pictures(200), '/gallery?image=p150');
    await dialog('picture 150');
    expect(await screen.findByText('151 of 200')).toBeTruthy();
  });

  it('closes with Esc and gives the focus back to what opened it', async () => {
    const { user, router } = show(pictures(3), '/gallery');
    const opener = await screen.findByRole('button', { name: 'Open' });
    await user.click(opener);
    await dialog('picture 1');
    await user.keyboard('{Escape}');
    await closed();
    await waitFor(() => expect(document.activeElement).toBe(opener));
    expect(router.state.location.search).toEqual({});
  });
});

describe('what can be done', () => {
  it('bins, goes on to the next picture, and Undo brings the picture back', async () => {
    const { user } = show(pictures(3));
    await screen.findByText('2 of 3');
    await user.keyboard('{Delete}');
    await dialog('picture 2');
    await screen.findByText('2 of 2');
    expect(core.images.get('p1')?.binnedAt).toBe(5000);
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await dialog('picture 1');
    expect(await screen.findByText('2 of 3')).toBeTruthy();
    expect(core.images.get('p1')?.binnedAt).toBeNull();
  });

  it('closes when the last picture is binned, and Undo does not open it again', async () => {
    const { user } = show(pictures(2).slice(1));
    await screen.findByText('1 of 1');
    await user.click(screen.getByRole('button', { name: 'Move to the bin' }));
    await closed();
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(core.images.get('p1')?.binnedAt).toBeNull());
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('restores and erases what is in the bin, erasing only when asked again', async () => {
    const { user } = show(pictures(3).map((image) => ({ ...image, binnedAt: 7 })));
    await dialog('picture 1');
    await screen.findByText('2 of 3');
    await user.keyboard('{Delete}');
    await user.click(await screen.findByText('Keep'));
    expect(core.images.size).toBe(3);
    await user.click(screen.getByRole('button', { name: 'Erase for good' }));
    await user.click(await screen.findByRole('button', { name: 'Erase' }));
    await dialog('picture 2');
    await waitFor(() => expect([...core.images.keys()]).toEqual(['p0', 'p2']));
    await user.click(screen.getByRole('button', { name: 'Restore' }));
    await waitFor(() => expect(core.images.get('p2')?.binnedAt).toBeNull());
    expect(await screen.findByRole('button', { name: 'Move to the bin' })).toBeTruthy();
  });

  it('closes before it hands the settings over', async () => {
    const { user, used, router } = show(pictures(3));
    await dialog('picture 1');
    await user.click(screen.getByRole('button', { name: 'Use these settings' }));
    await closed();
    expect(used.map((image) => image.id)).toEqual(['p1']);
    expect(router.state.location.search).toEqual({});
  });

  it('switches between fitted and own size from the picture itself', async () => {
    const { user } = show(pictures(3));
    await dialog('picture 1');
    const picture = screen.getByRole('button', { name: 'Picture: picture 1' });
    expect(picture.getAttribute('aria-pressed')).toBe('false');
    await user.click(picture);
    expect(picture.getAttribute('aria-pressed')).toBe('true');
    await user.keyboard('z');
    expect(picture.getAttribute('aria-pressed')).toBe('false');
  });
});

describe('facts', () => {
  it('shows hostile prompts and notes as text and copies them as they are', async () => {
    const prompt = '<script>window.hacked=1</script> $t(close) {{prompt}}';
    const note = '<b onmouseover="x()">left out</b>';
    vi.stubGlobal('isSecureContext', true);
    const { user } = show(pictures(3).map((image) => ({ ...image, prompt, notes: [note, 'resized'] })));
    await screen.findByText(prompt);
    expect(screen.getByText(note)).toBeTruthy();
    expect(screen.getByText(/another size than you asked for/)).toBeTruthy();
    expect(document.querySelector('[role="dialog"] script, [role="dialog"] b')).toBeNull();

    const copyBy = async (name: string): Promise<string> => {
      await user.click(screen.getByRole('button', { name }));
      return navigator.clipboard.readText();
    };
    expect(await copyBy('Copy: Prompt')).toBe(prompt);
    expect(await copyBy('Copy: Seed')).toBe('7');
    expect(await copyBy('Copy all settings')).toContain(`${prompt}\nSteps: 12, Sampler: Euler`);
  });

  it('copies text on plain HTTP too, and leaves the focus where it was', async () => {
    vi.stubGlobal('isSecureContext', false);
    const copied: string[] = [];
    document.execCommand = () => {
      copied.push(document.querySelector('textarea')?.value ?? '');
      return true;
    };
    const { user } = show(pictures(3));
    await dialog('picture 1');
    const button = screen.getByRole('button', { name: 'Copy: Prompt' });
    await user.click(button);
    expect(await screen.findByText('Copied')).toBeTruthy();
    expect(copied).toEqual(['picture 1']);
    expect(document.activeElement).toBe(button);
  });

  it('says why a picture cannot be copied where the browser does not allow it', async () => {
    vi.stubGlobal('isSecureContext', false);
    const { user } = show(pictures(3));
    await dialog('picture 1');
    await user.click(screen.getByRole('button', { name: 'Copy picture' }));
    expect(await screen.findByText(/copies pictures only at a secure address/)).toBeTruthy();
  });
});

describe('what is missing', () => {
  it('keeps the settings of a picture whose file is gone', async () => {
    show(pictures(3));
    await dialog('picture 1');
    const picture = screen.getByRole('button', { name: 'Picture: picture 1' }).querySelector('img');
    if (picture === null) throw new Error('no picture');
    fireEvent.error(picture);
    expect(screen.getByText('The file of this picture is missing')).toBeTruthy();
    expect(screen.getByText('picture 1')).toBeTruthy();
  });

  it('says that a picture is not in the gallery, and can be closed', async () => {
    const { user, router } = show(pictures(1), '/gallery?image=unknown');
    await screen.findByText('This picture is not in the gallery');
    await user.click(screen.getByRole('button', { name: 'Close' }));
    await closed();
    expect(router.state.location.search).toEqual({});
  });
});
