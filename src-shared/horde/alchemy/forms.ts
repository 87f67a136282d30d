import { postProcessors } from '../requests/names.ts';

/** Forms whose result is something to read (`queue.md` 5.2). */
const readingForms = [
  'caption',
  'interrogation',
  'nsfw',
  'vectorize',
  'palette',
  'describe',
  'aesthetic',
] as const;

/** Every form that may be asked for. */
export const alchemyForms = [...readingForms, ...postProcessors] as const;
export type AlchemyForm = (typeof alchemyForms)[number];

const pictureForms: ReadonlySet<string> = new Set(postProcessors);

/** Whether a form makes a picture, which its worker uploads. */
export function makesPicture(form: AlchemyForm): boolean {
  return pictureForms.has(form);
}
