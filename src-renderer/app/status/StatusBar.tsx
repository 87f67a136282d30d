import { useTranslation } from 'react-i18next';
import { ActionIcon, Tooltip } from '#ui/ui/controls.ts';
import { IconKeyboard } from '#ui/ui/icons.ts';
import { ConnectionChip } from './ConnectionChip.tsx';
import { JobsChip } from './JobsChip.tsx';
import { KudosChip } from './KudosChip.tsx';
import classes from './StatusBar.module.css';
import { WorkerChip } from './WorkerChip.tsx';

/** The state of everything, on every screen (`ux.md` 2.2). */
export function StatusBar({ onHelp }: { readonly onHelp: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <header className={classes.bar} data-region>
      <section className={classes.chips} aria-label={t('status')}>
        <ConnectionChip />
        <KudosChip />
        <JobsChip />
        <WorkerChip />
      </section>
      <Tooltip label={t('shortcuts.open')}>
        <ActionIcon size="lg" className={classes.help} aria-label={t('shortcuts.open')} onClick={onHelp}>
          <IconKeyboard size={18} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
