import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Textarea } from '#ui/ui/controls.ts';
import { IconMinus, IconPlus } from '#ui/ui/icons.ts';
import { setFields, useDraftStore } from './draft-store.ts';
import { walkHistory, walkStart } from './prompt-history.ts';
import { fieldIds, focusField } from './fields.ts';
import classes from './PromptBox.module.css';

/** Longest text of the contract. */
const maxLength = 20_000;

interface PromptBoxProps {
  /** Stands in the empty box, and is sent from it. */
  readonly example: string;
  /** Prompts sent before, newest first. */
  readonly history: readonly string[];
}

/** What the picture should show, and what it should not. */
export function PromptBox({ example, history }: PromptBoxProps) {
  const { t } = useTranslation('create');
  const prompt = useDraftStore(({ draft }) => draft.input.prompt);
  const onKeyDown = useHistoryKeys(history);
  const isEmpty = prompt.trim() === '';
  useFocusAtStart();
  return (
    <div className={classes.root}>
      <Textarea
        id={fieldIds.prompt}
        label={t('prompt.label')}
        placeholder={example}
        value={prompt}
        maxLength={maxLength}
        rows={4}
        dir="auto"
        spellCheck
        inputWrapperOrder={['label', 'input', 'description']}
        descriptionProps={{ fz: 'xs' }}
        description={isEmpty ? t('prompt.empty') : undefined}
        classNames={{ input: classes.prompt }}
        onChange={(event) => setFields({ prompt: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      <NegativePrompt />
    </div>
  );
}

/** Whoever opens Yurt can type at once; a focus that is somewhere already stays there. */
function useFocusAtStart(): void {
  useEffect(() => {
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree) focusField('prompt');
  }, []);
}

/** Alt with an arrow walks through the prompts that were sent. */
function useHistoryKeys(history: readonly string[]): (event: KeyboardEvent<HTMLTextAreaElement>) => void {
  const walk = useRef(walkStart);
  return (event) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const direction = event.key === 'ArrowUp' ? 1 : -1;
    const next = walkHistory(history, walk.current, direction, event.currentTarget.value);
    if (next === undefined) return;
    walk.current = next.walk;
    setFields({ prompt: next.prompt });
  };
}

/** A ref of its own for each call would take the focus at every key. */
const focusOnMount = (field: HTMLTextAreaElement | null): void => field?.focus();

/** What to avoid: closed until it is used. */
function NegativePrompt() {
  const { t } = useTranslation('create');
  const negativePrompt = useDraftStore(({ draft }) => draft.input.negativePrompt);
  const [isAsked, setIsAsked] = useState(false);
  const isOpen = isAsked || negativePrompt !== '';
  const toggle = (): void => {
    if (isOpen) setFields({ negativePrompt: '' });
    setIsAsked(!isOpen);
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        className={classes.toggle}
        leftSection={isOpen ? <IconMinus size={14} /> : <IconPlus size={14} />}
        aria-expanded={isOpen}
        onClick={toggle}
      >
        {t(isOpen ? 'avoid.close' : 'avoid.open')}
      </Button>
      {isOpen ? (
        <Textarea
          label={t('avoid.label')}
          placeholder={t('avoid.placeholder')}
          value={negativePrompt}
          maxLength={maxLength}
          rows={2}
          dir="auto"
          ref={isAsked ? focusOnMount : undefined}
          classNames={{ input: classes.negative }}
          onChange={(event) => setFields({ negativePrompt: event.currentTarget.value })}
        />
      ) : null}
    </>
  );
}
