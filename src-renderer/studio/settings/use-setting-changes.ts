import { useTranslation } from 'react-i18next';
import { isUnreachable } from '#ui/api/client.ts';
import { useChangeSettings } from '#ui/api/settings.ts';
import { describeProblem, toProblem } from '#ui/studio/problems/index.ts';
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
  const { t: problemWords } = useTranslation('problems');
  const { mutate, error, variables } = useChangeSettings();
  return {
    set: (name, value) => mutate({ [name]: value }),
    failureOf: (name) => {
      if (error === null || variables === undefined || !(name in variables)) return undefined;
      if (isUnreachable(error)) return t('failed', { reason: t('unreachable') });
      const { what, how } = describeProblem(
        (key, values) => problemWords(key, values ?? {}),
        toProblem(error),
      );
      return t('failed', { reason: how === undefined ? what : `${what} ${how}` });
    },
  };
}
