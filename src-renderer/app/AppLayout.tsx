import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { lazy, type MouseEvent, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { creationsQuery, systemQuery } from '#ui/api/queries.ts';
import { useHasSingleKeys } from '#ui/api/settings.ts';
import { takeImageSettings } from '#ui/studio/create/index.ts';
import { CreationAnnouncer } from '#ui/studio/creations/index.ts';
import { Viewer } from '#ui/studio/viewer/index.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import classes from './AppLayout.module.css';
import { Banners } from './Banners.tsx';
import { Navigation } from './Navigation.tsx';
import { screenAt, type ScreenId } from './screens.ts';
import { focusHeading } from './shortcuts/page.ts';
import { useShortcuts } from './shortcuts/use-shortcuts.ts';
import { StatusBar } from './status/StatusBar.tsx';
import { useAppearance } from './use-appearance.ts';
import { useFinishedNotices } from './use-finished-notices.ts';
import { useTitle } from './use-title.ts';
import { useToldWorkerSwitch } from './use-told-worker-switch.ts';

const ShortcutsDialog = lazy(() =>
  import('./shortcuts/ShortcutsDialog.tsx').then((module) => ({ default: module.ShortcutsDialog })),
);

/** The frame around every screen: navigation, status bar, banners, viewer. */
export function AppLayout() {
  const { t } = useTranslation('shell');
  const screen = screenAt(useLocation({ select: (location) => location.pathname }))?.id;
  const content = useRef<HTMLElement>(null);
  const help = useHelp();
  const worker = useToldWorkerSwitch();
  useAppearance();
  useFinishedNotices();
  useTitle(screen);
  useFocusOnArrival(content);
  useShortcuts({ toggleWorker: worker.toggle, showShortcuts: help.open });

  const skip = (event: MouseEvent): void => {
    event.preventDefault();
    content.current?.focus();
  };
  return (
    <div className={classes.frame}>
      <a href="#content" className={classes.skip} onClick={skip}>
        {t('skip')}
      </a>
      <Banners />
      <Navigation />
      <StatusBar onHelp={help.open} />
      <main
        id="content"
        ref={content}
        tabIndex={-1}
        className={classes.content}
        data-region
        data-scroll-restoration-id="content"
      >
        <Outlet />
      </main>
      <Announcements />
      <PictureViewer />
      {help.isOpen ? <Help screen={screen} onClose={help.close} /> : null}
    </div>
  );
}

/** Says on every screen what becomes of requests. */
function Announcements() {
  const { data } = useQuery(creationsQuery);
  return <CreationAnnouncer creations={data?.creations} />;
}

function PictureViewer() {
  const navigate = useNavigate();
  const onUseSettings = (image: GalleryImage): void => {
    takeImageSettings(image);
    void navigate({ to: '/' });
  };
  return <Viewer onUseSettings={onUseSettings} />;
}

interface HelpProps {
  readonly screen: ScreenId | undefined;
  readonly onClose: () => void;
}

/** Opens the list of shortcuts, and gives the focus back to where it was when the list closes. */
function useHelp() {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return undefined;
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [isOpen]);
  return { isOpen, open: (): void => setIsOpen(true), close: (): void => setIsOpen(false) };
}

function Help({ screen, onClose }: HelpProps) {
  const { data } = useQuery(systemQuery);
  const hasSingleKeys = useHasSingleKeys();
  return (
    <Suspense fallback={null}>
      <ShortcutsDialog
        screen={screen}
        isDesktop={data?.host === 'desktop'}
        hasSingleKeys={hasSingleKeys}
        onClose={onClose}
      />
    </Suspense>
  );
}

/** Moves the focus to the heading of a screen that one came to; not at the start, nor for a dialog's address. */
function useFocusOnArrival(content: { readonly current: HTMLElement | null }): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (fromLocation === undefined || !pathChanged || content.current === null) return;
        focusHeading(content.current);
      }),
    [router, content],
  );
}
