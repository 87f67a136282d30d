import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import home from '#ui/locales/en/home.json' with { type: 'json' };
import problems from '#ui/locales/en/problems.json' with { type: 'json' };
import shell from '#ui/locales/en/shell.json' with { type: 'json' };

/** Words of the languages that the build carries; English is the fallback of every other. */
const resources = { en: { home, problems, shell } };

/** Starts translation; words are at hand at once because English is part of the first download. */
export function startI18n(language = 'en'): void {
  void i18next.use(initReactI18next).init({
    resources,
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'shell',
    initAsync: false,
    // React escapes what it draws.
    interpolation: { escapeValue: false },
  });
}
