import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Modal, Text, Title } from '#ui/ui/controls.ts';
import { isMac } from '#ui/ui/keyboard.ts';
import type { ScreenId } from '../screens.ts';
import { actions, screenKeys } from './actions.ts';
import { Keys } from './Keys.tsx';
import classes from './ShortcutsDialog.module.css';

interface ShortcutsDialogProps {
  readonly screen: ScreenId | undefined;
  /** Whether this is the desktop window, which has Ctrl with digits to itself. */
  readonly isDesktop: boolean;
  readonly hasSingleKeys: boolean;
  readonly onClose: () => void;
}

interface Row {
  readonly id: string;
  readonly words: string;
  readonly keys: readonly string[];
}

/** The shortcuts of the current screen and those that work anywhere. */
export function ShortcutsDialog({ screen, isDesktop, hasSingleKeys, onClose }: ShortcutsDialogProps) {
  const { t } = useTranslation('shell', { keyPrefix: 'shortcuts' });
  const rowsOf = (group: 'go' | 'do'): Row[] =>
    actions
      .filter((action) => action.group === group)
      .map(({ id, keys }) => ({
        id,
        words: t(`action.${id}`),
        keys: keys.filter((key) => isDesktop || !/^mod\+\d$/.test(key)),
      }));
  const ofScreen = screen === undefined ? [] : screenKeys[screen];
  const groups = [
    { id: 'screen', rows: ofScreen.map(({ id, keys }) => ({ id, words: t(`screen.${id}`), keys })) },
    { id: 'go', rows: rowsOf('go') },
    { id: 'do', rows: rowsOf('do') },
  ];
  return (
    <Modal
      opened
      returnFocus={false}
      onClose={onClose}
      title={t('title')}
      classNames={{ title: classes.title ?? '' }}
      size="md"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {hasSingleKeys ? null : (
        <Text c="dimmed" mb="sm">
          {t('off')}
        </Text>
      )}
      {groups
        .filter(({ rows }) => rows.length > 0)
        .map(({ id, rows }) => (
          <section key={id} className={classes.group}>
            <Title order={3} size="h5">
              {t(`group.${id}`)}
            </Title>
            <dl className={classes.rows}>
              {rows.map((row) => (
                <Fragment key={row.id}>
                  <dt>{row.words}</dt>
                  <dd>
                    {row.keys.map((keys, index) => (
                      <Fragment key={keys}>
                        {index === 0 ? null : ` ${t('or')} `}
                        <Keys keys={keys} isMac={isMac()} />
                      </Fragment>
                    ))}
                  </dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
    </Modal>
  );
}
