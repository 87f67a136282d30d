import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { creationsQuery } from '#ui/api/queries.ts';
import { isRunning, useStateWords } from '#ui/studio/creations/index.ts';
import { Text } from '#ui/ui/controls.ts';
import { IconClock, IconProgressCheck } from '#ui/ui/icons.ts';
import { useEtaWords } from '#ui/ui/use-eta-words.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { Chip } from './Chip.tsx';
import classes from './JobsChip.module.css';
import { longestEta } from './longest-eta.ts';

/** Requests in progress and the longest credible wait. */
export function JobsChip() {
  const { t } = useTranslation('shell');
  const { data } = useQuery(creationsQuery);
  const running = (data?.creations ?? []).filter(isRunning);
  const count = running.length === 0 ? t('jobs.none') : t('jobs.running', { count: running.length });
  const eta = useEtaWords()(longestEta(running));
  const label = eta === undefined ? count : `${count}, ${eta}`;
  return (
    <Chip
      icon={running.length === 0 ? IconProgressCheck : IconClock}
      {...(running.length === 0 ? {} : { tone: 'working' as const })}
      label={label}
      text={label.replace(', ', ' · ')}
      isIconOnPhone={running.length === 0}
      heading={t('jobs.heading')}
    >
      {running.length === 0 ? (
        <Text size="sm">{t('jobs.empty')}</Text>
      ) : (
        <>
          <ul className={classes.list}>
            {running.map((creation) => (
              <RunningRow key={creation.id} creation={creation} />
            ))}
          </ul>
          <Link to="/">{t('jobs.show')}</Link>
        </>
      )}
    </Chip>
  );
}

function RunningRow({ creation }: { readonly creation: Creation }) {
  const stateWords = useStateWords();
  const eta = useEtaWords()(longestEta([creation]));
  return (
    <li>
      <span className={classes.prompt}>{creation.input.prompt}</span>
      <Text component="span" size="sm" c="dimmed">
        {stateWords(creation)}
        {eta === undefined ? '' : ` · ${eta}`}
      </Text>
    </li>
  );
}
