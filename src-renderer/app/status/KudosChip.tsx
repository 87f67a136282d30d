import { useTranslation } from 'react-i18next';
import { useConnection } from '#ui/api/connection.ts';
import { Text } from '#ui/ui/controls.ts';
import { formatKudos } from '#ui/ui/format.ts';
import { IconCoins } from '#ui/ui/icons.ts';
import { Chip } from './Chip.tsx';

/** What the account on the chosen horde has to spend. */
export function KudosChip() {
  const { t, i18n } = useTranslation('shell', { keyPrefix: 'kudos' });
  const { t: words } = useTranslation('shell');
  const connection = useConnection();
  const account = connection?.account ?? null;
  const amount = account === null ? undefined : formatKudos(account.kudos, i18n.language);
  const horde = connection?.kind === 'home' ? words('connection.home') : (connection?.name ?? '');
  const balance = account?.isAnonymous === true ? t('guest') : amount && t('balance', { amount, horde });
  return (
    <Chip
      icon={IconCoins}
      label={amount === undefined ? t('unknown') : t('label', { amount })}
      text={amount ?? '…'}
      heading={t('heading')}
    >
      <Text>{balance ?? t('unknown')}</Text>
      <Text size="sm" c="dimmed">
        {t('help')}
      </Text>
    </Chip>
  );
}
