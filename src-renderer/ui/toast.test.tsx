import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { preparePage, renderScreen } from '#ui/testing/page.tsx';
import { showToast, showUndoToast } from './toast.tsx';

preparePage();

it('shows a message, also one that came before the code of toasts', async () => {
  showToast('Saved early');
  renderScreen(<p>page</p>);
  expect(await screen.findByText('Saved early')).toBeTruthy();
});

it('takes an action back once and goes', async () => {
  renderScreen(<p>page</p>);
  const onUndo = vi.fn<() => void>();
  act(() => showUndoToast({ message: 'Moved to the bin', undoLabel: 'Undo', onUndo }));
  await userEvent.setup().click(await screen.findByRole('button', { name: 'Undo' }));
  expect(onUndo).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(screen.queryByText('Moved to the bin')).toBeNull());
});
