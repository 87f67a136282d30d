import { useTranslation } from 'react-i18next';
import { useChangeSettings } from '#ui/api/settings.ts';
import { useProblemSentence } from '#ui/studio/problems/index.ts';
import type { Settings } from '#shared/studio/settings/schema.ts';

export type SettingName = keyof Settings;

interface SettingChanges {
  set<Name extends SettingName>(name: Name, value: Settings[Name]): void;
  /** Why the last change of a setting was refused; gone with the next change. */
  failureOf(name: SettingName): string | undefined;
}

/** Changes one setting at a time and remembers why core refused the last one. */
export function useSettingChanges(): SettingChanges {
  const { t } = useTranslation('settings');
  const sentenceOf = useProblemSentence();
  const { mutate, error, variables } = useChangeSettings();
  return {
    set: (name, value) => mutate({ [name]: value }),
    failureOf: (name) => {
      if (error === null || variables === undefined || !(name in variables)) return undefined;
      return t('failed', { reason: sentenceOf(error) });
    },
  };
}
