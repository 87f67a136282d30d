import { useTranslation } from 'react-i18next';
import { ActionIcon, TextInput, Tooltip } from '#ui/ui/controls.ts';
import { IconLock, IconLockOpen } from '#ui/ui/icons.ts';
import { setSeed, toggleSeedLock, useDraftStore } from './draft-store.ts';

/** The number that a picture grows from: a new one each time, or one that is kept. */
export function SeedField({ lastSeed }: { readonly lastSeed: string | undefined }) {
  const { t } = useTranslation('create');
  const seed = useDraftStore(({ draft }) => draft.input.seed ?? '');
  const isLocked = useDraftStore(({ draft }) => draft.isSeedLocked);
  const label = t(isLocked ? 'seed.unlock' : 'seed.lock');
  return (
    <TextInput
      label={t('seed.label')}
      placeholder={t('seed.random')}
      description={t(isLocked ? 'seed.locked' : 'seed.unlocked')}
      descriptionProps={{ fz: 'xs' }}
      inputWrapperOrder={['label', 'input', 'description']}
      value={seed}
      maxLength={100}
      autoComplete="off"
      onChange={(event) => setSeed(event.currentTarget.value)}
      rightSection={
        <Tooltip label={label}>
          <ActionIcon aria-label={label} aria-pressed={isLocked} onClick={() => toggleSeedLock(lastSeed)}>
            {isLocked ? <IconLock size={18} /> : <IconLockOpen size={18} />}
          </ActionIcon>
        </Tooltip>
      }
    />
  );
}
