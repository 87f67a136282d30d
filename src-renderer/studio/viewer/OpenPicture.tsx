import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHasSingleKeys } from '#ui/api/settings.ts';
import { desktop } from '#ui/platform/desktop.ts';
import { canCopyPictures, copyPicture } from '#ui/ui/clipboard.ts';
import { showToast } from '#ui/ui/toast.tsx';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import { undoLastBin } from './bin-undo.ts';
import { EraseConfirm } from './EraseConfirm.tsx';
import { FactsPanel } from './FactsPanel.tsx';
import { PictureStage } from './PictureStage.tsx';
import { useImageActions } from './use-image-actions.ts';
import { useNeighbours } from './use-neighbours.ts';
import { usePreload } from './use-preload.ts';
import { viewerCommand } from './viewer-keys.ts';
import { ViewerBar } from './ViewerBar.tsx';
import classes from './ViewerDialog.module.css';

interface OpenPictureProps {
  readonly image: GalleryImage;
  /** Shows another picture, or closes. Does nothing once the viewer has closed. */
  readonly onShow: (imageId: string | undefined) => void;
  /** A question stands over the viewer, or no longer does. */
  readonly onAsk: (isAsking: boolean) => void;
  readonly onUseSettings: () => void;
}

const panStep = 96;

/** The picture with its bar and its settings, and the keys of the viewer. */
export function OpenPicture({ image, onShow, onAsk, onUseSettings }: OpenPictureProps) {
  const { t } = useTranslation('viewer');
  const { previous, next, position, total } = useNeighbours(image);
  const actions = useImageActions();
  const hasSingleKeys = useHasSingleKeys();
  const [isFull, setIsFull] = useState(false);
  const [hasFacts, setHasFacts] = useState(true);
  const [isErasing, setIsErasing] = useState(false);
  const [stage, setStage] = useState<HTMLElement | null>(null);
  usePreload([next?.imageUrl, previous?.imageUrl]);

  const ask = (isAsked: boolean): void => {
    setIsErasing(isAsked);
    onAsk(isAsked);
  };
  /** The picture leaves this list: the one after it takes its place. */
  const moveOn = (): void => onShow((next ?? previous)?.id);
  const bin = (): void => {
    moveOn();
    void actions.bin([image.id], () => onShow(image.id));
  };
  const erase = async (): Promise<void> => {
    ask(false);
    moveOn();
    await actions.erase([image.id]);
  };
  const isBinned = image.binnedAt !== null;
  const commands = {
    previous: () => previous && onShow(previous.id),
    next: () => next && onShow(next.id),
    zoom: () => setIsFull(!isFull),
    facts: () => setHasFacts(!hasFacts),
    save: () => void actions.save([image]),
    use: onUseSettings,
    bin: () => (isBinned ? ask(true) : bin()),
    undo: undoLastBin,
    panLeft: () => stage?.scrollBy({ left: -panStep }),
    panRight: () => stage?.scrollBy({ left: panStep }),
  };

  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    if (isErasing || event.defaultPrevented) return;
    const isOnPicture = event.target instanceof Element && event.target.closest('[data-picture]') !== null;
    const command = viewerCommand(event, isOnPicture && hasSingleKeys);
    if (command === undefined) return;
    event.preventDefault();
    commands[command]();
  });
  // A click on plain text puts the focus on the dialog itself, where the arrow keys are to work too.
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKeyDown(event);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);

  return (
    <div className={classes.viewer} data-facts={hasFacts}>
      <ViewerBar
        image={image}
        place={position === undefined ? undefined : { position, total }}
        isFull={isFull}
        hasFacts={hasFacts}
        onZoom={commands.zoom}
        onFacts={commands.facts}
        onCopyPicture={() => void copyWithWords(image.imageUrl, t)}
        onSave={commands.save}
        onShowInFolder={desktop() === undefined ? undefined : () => void showInFolder(image.id, t)}
        onBin={bin}
        onRestore={() => void actions.restore([image.id])}
        onErase={() => ask(true)}
        onClose={() => onShow(undefined)}
      />
      <PictureStage
        image={image}
        isFull={isFull}
        onZoom={commands.zoom}
        onScroller={setStage}
        onPrevious={previous && commands.previous}
        onNext={next && commands.next}
      />
      {hasFacts ? <FactsPanel image={image} onUseSettings={onUseSettings} /> : null}
      <EraseConfirm count={isErasing ? 1 : 0} onCancel={() => ask(false)} onConfirm={() => void erase()} />
    </div>
  );
}

async function showInFolder(imageId: string, t: (key: 'notShownInFolder') => string): Promise<void> {
  await desktop()
    ?.showInFolder({ imageId })
    .catch(() => showToast(t('notShownInFolder'), 'failed'));
}

async function copyWithWords(
  url: string,
  t: (key: 'noPictureCopy' | 'pictureCopied') => string,
): Promise<void> {
  const isCopied = canCopyPictures() && (await copyPicture(url));
  showToast(t(isCopied ? 'pictureCopied' : 'noPictureCopy'));
}
