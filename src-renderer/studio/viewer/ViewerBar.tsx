import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionIcon, Button, Tooltip } from '#ui/ui/controls.ts';
import {
  IconArrowBackUp,
  IconCopy,
  IconDownload,
  IconEraser,
  IconFolderOpen,
  IconInfoCircle,
  IconTrash,
  IconX,
} from '#ui/ui/icons.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import classes from './ViewerDialog.module.css';

interface ViewerBarProps {
  readonly image: GalleryImage;
  readonly place: { readonly position: number; readonly total: number } | undefined;
  readonly isFull: boolean;
  readonly hasFacts: boolean;
  readonly onZoom: () => void;
  readonly onFacts: () => void;
  readonly onCopyPicture: () => void;
  readonly onSave: () => void;
  /** Only on the desktop. */
  readonly onShowInFolder: (() => void) | undefined;
  readonly onBin: () => void;
  readonly onRestore: () => void;
  readonly onErase: () => void;
  readonly onClose: () => void;
}

/** Where the picture stands and what can be done with it. */
export function ViewerBar(props: ViewerBarProps) {
  const { t, i18n } = useTranslation('viewer');
  const { image, place } = props;
  const number = (value: number): string => value.toLocaleString(i18n.language);
  return (
    <div className={classes.bar}>
      <p className={classes.place} aria-live="polite">
        {place === undefined
          ? null
          : t('position', { position: number(place.position), total: number(place.total) })}
        {image.binnedAt === null ? null : <span className={classes.badge}>{t('inBin')}</span>}
      </p>
      <Button size="compact-sm" variant="default" className={classes.zoom} onClick={props.onZoom}>
        {t(props.isFull ? 'zoom.fit' : 'zoom.full')}
      </Button>
      <Tool label={t('copyPicture')} onClick={props.onCopyPicture}>
        <IconCopy size={20} />
      </Tool>
      <Tool label={t('save')} onClick={props.onSave}>
        <IconDownload size={20} />
      </Tool>
      {props.onShowInFolder ? (
        <Tool label={t('showInFolder')} onClick={props.onShowInFolder}>
          <IconFolderOpen size={20} />
        </Tool>
      ) : null}
      {image.binnedAt === null ? (
        <Tool label={t('bin')} onClick={props.onBin}>
          <IconTrash size={20} />
        </Tool>
      ) : (
        <>
          <Tool label={t('restore')} onClick={props.onRestore}>
            <IconArrowBackUp size={20} />
          </Tool>
          <Tool label={t('erase')} onClick={props.onErase}>
            <IconEraser size={20} />
          </Tool>
        </>
      )}
      <Tool
        label={t(props.hasFacts ? 'hideFacts' : 'showFacts')}
        onClick={props.onFacts}
        isPressed={props.hasFacts}
      >
        <IconInfoCircle size={20} />
      </Tool>
      <Tool label={t('close')} onClick={props.onClose}>
        <IconX size={20} />
      </Tool>
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly isPressed?: boolean;
  readonly children: ReactNode;
}

function Tool({ label, onClick, isPressed, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="lg"
        className={classes.tool}
        aria-label={label}
        data-pressed={isPressed}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
