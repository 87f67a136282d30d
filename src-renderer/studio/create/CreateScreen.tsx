import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { creationsQuery, galleryQuery } from '#ui/api/queries.ts';
import { CreationList, isRunning } from '#ui/studio/creations/index.ts';
import { useHotkeys, VisuallyHidden } from '#ui/ui/controls.ts';
import { CostBar } from './CostBar.tsx';
import { takeInput, toggleSeedLock } from './draft-store.ts';
import { PromptBox } from './PromptBox.tsx';
import { promptHistory } from './prompt-history.ts';
import { SettingsPanel } from './SettingsPanel.tsx';
import { Stage } from './Stage.tsx';
import { type Selection, stageSubject } from './stage-subject.ts';
import { Strip } from './Strip.tsx';
import { useCreateForm } from './use-create-form.ts';
import { useFixes } from './use-fixes.ts';
import { useSend } from './use-send.ts';
import classes from './CreateScreen.module.css';

/** Pictures in the strip: more are in the gallery. */
const stripLength = 24;

/** From words to pictures (`ux.md` 2.4). */
export function CreateScreen() {
  const { t } = useTranslation('create');
  const form = useCreateForm();
  const [selection, setSelection] = useState<Selection>();
  const { creations, images } = useResults();
  const examples = useExamples();
  const example = examples[creations.length % examples.length] ?? '';
  const history = useMemo(() => promptHistory(creations), [creations]);
  const { send, error } = useSend(example, form.isBlocked, () => setSelection(undefined));
  const fixes = useFixes(form, send);
  const lastSeed = images[0]?.seed;
  useSeedKey(lastSeed);

  const subject = stageSubject(creations, images, selection);
  return (
    <div className={classes.root}>
      <VisuallyHidden>
        <h1>{t('title')}</h1>
      </VisuallyHidden>
      <div className={classes.columns}>
        <section className={classes.panel} aria-label={t('panel')}>
          <PromptBox example={example} history={history} />
          <SettingsPanel form={form} lastSeed={lastSeed} />
        </section>
        <div className={classes.results}>
          <div className={classes.show}>
            <Stage subject={subject} examples={examples} onEdit={({ input }) => takeInput(input)} />
            <Strip
              creations={creations.filter(isRunning)}
              images={images}
              subject={subject}
              onSelect={setSelection}
            />
          </div>
          <section className={classes.requests} aria-labelledby="create-requests">
            <h2 id="create-requests" className={classes.heading}>
              {t('requests')}
            </h2>
            <CreationList creations={creations} onEdit={({ input }) => takeInput(input)} />
          </section>
        </div>
      </div>
      <CostBar form={form} fixes={fixes} error={error} onSend={send} />
    </div>
  );
}

/** Requests and the newest pictures, both newest first and kept true by the event stream. */
function useResults() {
  const creations = useQuery(creationsQuery).data?.creations;
  const pages = useInfiniteQuery(galleryQuery(false)).data?.pages;
  return {
    creations: creations ?? [],
    images: useMemo(() => (pages ?? []).flatMap((page) => page.images).slice(0, stripLength), [pages]),
  };
}

/** Real prompts, for the empty box and the empty stage. */
function useExamples(): readonly string[] {
  const { t } = useTranslation('create');
  const examples: unknown = t('examples', { returnObjects: true });
  return Array.isArray(examples) ? examples.filter((example) => typeof example === 'string') : [];
}

/** Ctrl+L keeps the seed, or lets it go. */
function useSeedKey(lastSeed: string | undefined): void {
  useHotkeys([['mod+L', () => toggleSeedLock(lastSeed)]], []);
}
