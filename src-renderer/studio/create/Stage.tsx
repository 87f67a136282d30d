import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Creation } from '#shared/studio/creations/schema.ts';
import { Button } from '#ui/ui/controls.ts';
import { EmptyState } from '#ui/ui/EmptyState.tsx';
import { IconPhoto } from '#ui/ui/icons.ts';
import { setFields } from './draft-store.ts';
import { StageCreation } from './StageCreation.tsx';
import { StageImage } from './StageImage.tsx';
import type { StageSubject } from './stage-subject.ts';
import { focusField } from './fields.ts';
import classes from './Stage.module.css';

interface StageProps {
  readonly subject: StageSubject;
  readonly examples: readonly string[];
  readonly onEdit: (creation: Creation) => void;
}

/** The picture that was made last, or the one that is being made. */
export function Stage({ subject, examples, onEdit }: StageProps) {
  const { t } = useTranslation('create');
  return (
    <section className={classes.root} aria-label={t('stage.label')}>
      {content()}
    </section>
  );

  function content(): ReactNode {
    switch (subject.kind) {
      case 'creation':
        return <StageCreation key={subject.creation.id} creation={subject.creation} onEdit={onEdit} />;
      case 'image':
        return <StageImage image={subject.image} />;
      case 'nothing':
        return <EmptyStage examples={examples} />;
    }
  }
}

/** Before the first picture: what to do, and words to begin with. */
function EmptyStage({ examples }: { readonly examples: readonly string[] }) {
  const { t } = useTranslation('create');
  const choose = (example: string): void => {
    setFields({ prompt: example });
    focusField('prompt');
  };
  return (
    <EmptyState icon={<IconPhoto size={28} />} title={t('stage.empty.title')} text={t('stage.empty.text')}>
      {examples.slice(0, 3).map((example) => (
        <Button key={example} variant="default" className={classes.example} onClick={() => choose(example)}>
          {example}
        </Button>
      ))}
    </EmptyState>
  );
}
