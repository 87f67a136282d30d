import { useTranslation } from 'react-i18next';
import { useStreamState } from '#ui/api/event-stream.ts';
import { useConnection } from '#ui/api/connection.ts';
import { Code, Text } from '#ui/ui/controls.ts';
import { Facts } from '#ui/ui/Facts.tsx';
import { IconPlugConnected, IconPlugConnectedX } from '#ui/ui/icons.ts';
import type { Tone } from '#ui/ui/theme.ts';
import type { Connection } from '#shared/studio/connections/schema.ts';
import { Chip } from './Chip.tsx';

const tones: Readonly<Record<Connection['state'], Tone>> = {
  online: 'done',
  slow: 'warning',
  offline: 'failed',
  maintenance: 'warning',
};

/** The horde that the next request goes to, with its state. */
export function ConnectionChip() {
  const { t } = useTranslation('shell', { keyPrefix: 'connection' });
  const isLive = useStreamState((stream) => stream.state === 'open' || stream.state === 'connecting');
  const connection = useConnection();
  if (connection === undefined) {
    return (
      <Chip icon={IconPlugConnectedX} label={t('unknown')} text="…" isIconOnPhone heading={t('heading')}>
        <Text size="sm">{t('unknown')}</Text>
      </Chip>
    );
  }
  const name = connection.kind === 'home' ? t('home') : connection.name;
  // What was last heard of a horde says nothing while core does not answer.
  const state = isLive ? connection.state : 'offline';
  return (
    <Chip
      icon={state === 'offline' ? IconPlugConnectedX : IconPlugConnected}
      tone={tones[state]}
      label={t('label', { name, state: t(`state.${state}`) })}
      text={state === 'online' ? name : `${name} · ${t(`state.${state}`)}`}
      isIconOnPhone
      heading={name}
    >
      <Facts
        facts={[
          [t('computer'), connection.kind === 'home' ? connection.name : undefined],
          [t('address'), <Code key="address">{connection.url}</Code>],
          [t('account'), connection.account?.username],
        ]}
      />
      <Text size="sm" c="dimmed">
        {t('help')}
      </Text>
    </Chip>
  );
}
