import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

type Words = Readonly<Record<string, unknown>>;

/** Words that the build carries, one file per feature: locales/<language>/<namespace>.json. */
const files = import.meta.glob<Words>('../locales/*/*.json', { eager: true, import: 'default' });

function readResources(): Record<string, Record<string, Words>> {
  const resources: Record<string, Record<string, Words>> = {};
  for (const [path, words] of Object.entries(files)) {
    const [, language, namespace] = /\/([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
    if (language === undefined || namespace === undefined) continue;
    (resources[language] ??= {})[namespace] = words;
  }
  return resources;
}

const resources = readResources();

/** Starts translation; words are at hand at once because they are part of the first download. */
export function startI18n(language = 'en'): void {
  void i18next.use(initReactI18next).init({
    resources,
    lng: language,
    // English is the fallback of every other language.
    fallbackLng: 'en',
    defaultNS: 'shell',
    initAsync: false,
    // React escapes what it draws.
    interpolation: { escapeValue: false },
  });
}
