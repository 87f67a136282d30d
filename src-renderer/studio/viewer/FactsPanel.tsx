import { useTranslation } from 'react-i18next';
import { ActionIcon, Button, Title, Tooltip } from '#ui/ui/controls.ts';
import { copyText } from '#ui/ui/clipboard.ts';
import { IconAlertTriangle, IconEyeOff, IconCopy, IconSparkles } from '#ui/ui/icons.ts';
import { showToast } from '#ui/ui/toast.tsx';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { imageFacts } from './image-facts.ts';
import { settingsText } from './settings-text.ts';
import { useNoteWords } from './use-note-words.ts';
import classes from './FactsPanel.module.css';

interface FactsPanelProps {
  readonly image: GalleryImage;
  readonly onUseSettings: () => void;
}

/** Every setting of a picture, readable and copyable; the draft is changed only by *Use*. */
export function FactsPanel({ image, onUseSettings }: FactsPanelProps) {
  const { t, i18n } = useTranslation('viewer');
  const copy = useCopy();
  return (
    <aside className={classes.panel} aria-label={t('facts')}>
      <Title order={2} size="h4">
        {t('facts')}
      </Title>
      <div className={classes.actions}>
        <Button leftSection={<IconSparkles size={18} />} onClick={onUseSettings}>
          {t('use')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconCopy size={18} />}
          onClick={() => copy(settingsText(image))}
        >
          {t('copyAll')}
        </Button>
      </div>
      <Notes image={image} />
      <dl className={classes.facts}>
        {imageFacts(image, i18n.language).map(({ name, text, copy: copied, isLong }) => {
          const word = t(`fact.${name}`);
          return (
            <div key={name} className={classes.fact} data-long={isLong}>
              <dt>{word}</dt>
              <dd>
                <span className={classes.value} dir="auto">
                  {text}
                </span>
                <Tooltip label={t('copy', { name: word })}>
                  <ActionIcon
                    size="sm"
                    className={classes.copy}
                    aria-label={t('copy', { name: word })}
                    onClick={() => copy(copied ?? text)}
                  >
                    <IconCopy size={16} />
                  </ActionIcon>
                </Tooltip>
              </dd>
            </div>
          );
        })}
      </dl>
    </aside>
  );
}

function Notes({ image }: Pick<FactsPanelProps, 'image'>) {
  const { t } = useTranslation('viewer');
  const words = useNoteWords();
  if (image.notes.length === 0 && !image.isCensored) return null;
  return (
    <ul className={classes.notes} aria-label={t('notes')}>
      {image.isCensored ? (
        <li data-tone="hidden">
          <IconEyeOff size={18} aria-hidden="true" />
          <span>{t('censored')}</span>
        </li>
      ) : null}
      {words(image.notes).map((note) => (
        <li key={note} data-tone="warning">
          <IconAlertTriangle size={18} aria-hidden="true" />
          <span dir="auto">{note}</span>
        </li>
      ))}
    </ul>
  );
}

/** Copies text and says whether that worked; the focus stays where it was. */
function useCopy(): (text: string) => void {
  const { t } = useTranslation('viewer');
  return (text) => {
    const focused = document.activeElement;
    void copyText(text).then((isCopied) => {
      if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
      showToast(t(isCopied ? 'copied' : 'notCopied'), isCopied ? 'info' : 'failed');
    });
  };
}
