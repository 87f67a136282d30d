import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSettings } from '#ui/api/settings.ts';
import { useMantineColorScheme } from '#ui/ui/controls.ts';

/** Makes theme and language follow the settings, also when they are changed in another window. */
export function useAppearance(): void {
  const settings = useSettings();
  const { setColorScheme } = useMantineColorScheme();
  const { i18n } = useTranslation();
  const { theme, language } = settings ?? {};

  useEffect(() => {
    if (theme !== undefined) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);

  useEffect(() => {
    if (language === undefined) return;
    void i18n.changeLanguage(language).then(() => {
      // What is really spoken: a language without words here falls back.
      document.documentElement.lang = i18n.resolvedLanguage ?? 'en';
    });
  }, [language, i18n]);
}
