import type { ReactNode } from 'react';
import { Popover, Title, UnstyledButton } from '#ui/ui/controls.ts';
import type { Icon } from '#ui/ui/icons.ts';
import type { Tone } from '#ui/ui/theme.ts';
import classes from './Chip.module.css';

interface ChipProps {
  readonly icon: Icon;
  readonly tone?: Tone;
  /** The whole state as a sentence, for those who hear it. */
  readonly label: string;
  /** The same in short; dropped on phones when `isIconOnPhone`. */
  readonly text: string;
  readonly isIconOnPhone?: boolean;
  readonly heading: string;
  /** What opens below. */
  readonly children: ReactNode;
}

/** One state of the status bar, with its details below. */
export function Chip({ icon: Icon, tone, label, text, isIconOnPhone, heading, children }: ChipProps) {
  return (
    <Popover width={300} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.chip} aria-label={label} data-icon-on-phone={isIconOnPhone}>
          <span className={classes.icon} {...(tone === undefined ? {} : { 'data-tone': tone })}>
            <Icon size={16} aria-hidden="true" />
          </span>
          <span className={classes.text}>{text}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown}>
        <Title order={2} size="h5">
          {heading}
        </Title>
        {children}
      </Popover.Dropdown>
    </Popover>
  );
}
