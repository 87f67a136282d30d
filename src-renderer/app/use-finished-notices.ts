import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { creationsQuery } from '#ui/api/queries.ts';
import { desktop } from '#ui/platform/desktop.ts';
import { isRunning } from '#ui/studio/creations/index.ts';

/** Requests that ran when last looked at and have brought their pictures since. */
export function finishedSince(running: ReadonlySet<string>, creations: readonly Creation[]): Creation[] {
  return creations.filter(({ id, state }) => running.has(id) && (state === 'done' || state === 'partial'));
}

/** Has the desktop tell of pictures that are finished while the person is elsewhere (`ux.md` 2.2). */
export function useFinishedNotices(): void {
  const { t } = useTranslation('shell');
  const { data } = useQuery(creationsQuery);
  const running = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const creations = data?.creations ?? [];
    for (const { imageIds, input } of finishedSince(running.current, creations)) {
      const title = t('finished', { count: imageIds.length });
      // A system that shows no notices is no fault of the request.
      desktop()
        ?.notifyFinished({ title, body: input.prompt.slice(0, 200) })
        .catch(() => false);
    }
    running.current = new Set(creations.filter(isRunning).map(({ id }) => id));
  }, [data, t]);
}
