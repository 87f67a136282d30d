import type { ReactNode } from 'react';
import { CloseButton } from './controls.ts';
import { IconAlertTriangle, IconPlugConnectedX } from './icons.ts';
import classes from './Banner.module.css';

interface BannerProps {
  readonly tone: 'warning' | 'failed';
  readonly kind?: 'problem' | 'offline';
  readonly children: ReactNode;
  readonly closeLabel?: string;
  readonly onClose?: () => void;
}

/** One line across the screen about the state of the whole program. */
export function Banner({ tone, kind = 'problem', children, closeLabel, onClose }: BannerProps) {
  const Icon = kind === 'offline' ? IconPlugConnectedX : IconAlertTriangle;
  return (
    <div className={classes.root} data-tone={tone} role={tone === 'failed' ? 'alert' : 'status'}>
      <Icon size={18} aria-hidden="true" className={classes.icon} />
      <div className={classes.text}>{children}</div>
      {onClose === undefined ? null : <CloseButton size="sm" aria-label={closeLabel} onClick={onClose} />}
    </div>
  );
}
