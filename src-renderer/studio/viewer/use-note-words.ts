import { useTranslation } from 'react-i18next';

const knownNotes: readonly string[] = ['resized', 'other_sampler', 'not_checked'];

/** The worker's notes on a picture in words, each once; those that have no words of ours stay as they came. */
export function useNoteWords(): (notes: readonly string[]) => readonly string[] {
  const { t } = useTranslation('viewer');
  return (notes) => [...new Set(notes)].map((note) => (knownNotes.includes(note) ? t(`note.${note}`) : note));
}
