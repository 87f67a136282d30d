import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { preparePage, renderScreen } from '#ui/testing/page.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';

preparePage();

it('catches what no route catches, with details to copy, and draws again when asked to', async () => {
  // React tells the console of every error that a boundary catches.
  const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let isBroken = true;
  function Frame() {
    if (isBroken) throw new Error('the frame broke');
    return <p>All is well</p>;
  }
  renderScreen(
    <ErrorBoundary>
      <Frame />
    </ErrorBoundary>,
  );
  const user = userEvent.setup();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('This screen has stopped');
  expect(alert.textContent).toContain('the frame broke');
  let copied = '';
  // jsdom has no clipboard: the way round by a selected field is taken.
  document.execCommand = () => {
    copied = document.querySelector('textarea')?.value ?? '';
    return true;
  };
  await user.click(screen.getByText('Copy the details'));
  await screen.findByText('Copied');
  expect(copied).toContain('the frame broke');
  isBroken = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByText('All is well');
  silent.mockRestore();
});
