import { type KeyboardEvent, type ReactElement, type ReactNode, useState } from 'react';
import { Popover } from '#ui/ui/controls.ts';

interface ButtonProps {
  readonly onClick: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

interface InfoPopoverProps {
  readonly width: number;
  readonly position: 'top' | 'top-start';
  readonly button: (props: ButtonProps) => ReactElement;
  readonly children: ReactNode;
}

/**
 * What opens over the screen from a button. It stands behind its button in the page, so that Tab leads
 * into it, and Escape closes it wherever the focus is.
 */
export function InfoPopover({ width, position, button, children }: InfoPopoverProps) {
  const [isOpen, setIsOpen] = useState(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setIsOpen(false);
  };
  return (
    <Popover
      opened={isOpen}
      onChange={setIsOpen}
      width={width}
      position={position}
      withinPortal={false}
      returnFocus
    >
      <Popover.Target>{button({ onClick: () => setIsOpen(!isOpen), onKeyDown })}</Popover.Target>
      <Popover.Dropdown>{children}</Popover.Dropdown>
    </Popover>
  );
}
