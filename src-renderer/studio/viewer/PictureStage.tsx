import { type MouseEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionIcon, UnstyledButton } from '#ui/ui/controls.ts';
import { EmptyState } from '#ui/ui/EmptyState.tsx';
import { IconChevronLeft, IconChevronRight, IconPhotoOff } from '#ui/ui/icons.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import classes from './PictureStage.module.css';

interface PictureStageProps {
  readonly image: GalleryImage;
  /** Shown at its own size instead of fitted to the room there is. */
  readonly isFull: boolean;
  readonly onZoom: () => void;
  readonly onScroller: (scroller: HTMLElement | null) => void;
  /** `undefined` at the ends of the list. */
  readonly onPrevious: (() => void) | undefined;
  readonly onNext: (() => void) | undefined;
}

/** The picture, fitted or at its own size, with the ways to the ones beside it. */
export function PictureStage({ image, isFull, onZoom, onScroller, onPrevious, onNext }: PictureStageProps) {
  const { t } = useTranslation('viewer');
  const [brokenId, setBrokenId] = useState<string>();
  return (
    <div className={classes.stage}>
      {brokenId === image.id ? (
        <EmptyState
          icon={<IconPhotoOff size={32} />}
          title={t('broken.title')}
          text={t('broken.text', { file: image.fileName })}
        />
      ) : (
        <Zoomable
          image={image}
          isFull={isFull}
          onZoom={onZoom}
          onScroller={onScroller}
          onBroken={() => setBrokenId(image.id)}
        />
      )}
      <TurnButton side="previous" onTurn={onPrevious} />
      <TurnButton side="next" onTurn={onNext} />
    </div>
  );
}

interface TurnButtonProps {
  readonly side: 'previous' | 'next';
  readonly onTurn: (() => void) | undefined;
}

/** The way to the picture on one side; hidden where there is none. */
function TurnButton({ side, onTurn }: TurnButtonProps) {
  const { t } = useTranslation('viewer');
  return (
    <ActionIcon
      variant="default"
      size="xl"
      radius="xl"
      className={classes[side]}
      aria-label={t(side)}
      disabled={onTurn === undefined}
      onClick={onTurn}
    >
      {side === 'previous' ? <IconChevronLeft /> : <IconChevronRight />}
    </ActionIcon>
  );
}

interface ZoomableProps extends Pick<PictureStageProps, 'image' | 'isFull' | 'onZoom' | 'onScroller'> {
  readonly onBroken: () => void;
}

/** Zooms to the place that is clicked, to the middle from the keyboard. */
function Zoomable({ image, isFull, onZoom, onScroller, onBroken }: ZoomableProps) {
  const { t } = useTranslation('viewer');
  const scroller = useRef<HTMLDivElement>(null);
  const aim = useRef({ x: 0.5, y: 0.5 });
  const [loadedId, setLoadedId] = useState<string>();
  const button = useRef<HTMLButtonElement>(null);
  const attach = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element;
      onScroller(element);
    },
    [onScroller],
  );

  // The dialog gives the focus away when it opens, which may be before the picture is known.
  useEffect(() => button.current?.focus({ preventScroll: true }), []);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null || !isFull) return;
    box.scrollLeft = box.scrollWidth * aim.current.x - box.clientWidth / 2;
    box.scrollTop = box.scrollHeight * aim.current.y - box.clientHeight / 2;
    aim.current = { x: 0.5, y: 0.5 };
  }, [isFull]);

  const zoom = (event: MouseEvent<HTMLButtonElement>): void => {
    if (event.detail > 0) aim.current = aimOf(event, image);
    onZoom();
  };

  return (
    <div className={classes.scroller} ref={attach} data-full={isFull}>
      <UnstyledButton
        ref={button}
        className={classes.picture}
        data-picture
        data-autofocus
        aria-pressed={isFull}
        aria-label={t('label', { prompt: image.prompt || t('noPrompt') })}
        onClick={zoom}
        {...(loadedId === image.id ? {} : { style: { backgroundImage: `url("${image.thumbnailUrl}")` } })}
      >
        <img
          key={image.id}
          className={classes.image}
          src={image.imageUrl}
          alt=""
          width={image.width}
          height={image.height}
          draggable={false}
          onLoad={() => setLoadedId(image.id)}
          onError={onBroken}
        />
      </UnstyledButton>
    </div>
  );
}

/** Place of a click inside the fitted picture, from 0 to 1 both ways. */
function aimOf(event: MouseEvent<HTMLButtonElement>, image: GalleryImage): { x: number; y: number } {
  const box = event.currentTarget.getBoundingClientRect();
  const scale = Math.min(box.width / image.width, box.height / image.height);
  const within = (at: number, size: number, shown: number): number =>
    Math.min(1, Math.max(0, (at - (size - shown) / 2) / Math.max(shown, 1)));
  return {
    x: within(event.clientX - box.left, box.width, image.width * scale),
    y: within(event.clientY - box.top, box.height, image.height * scale),
  };
}
