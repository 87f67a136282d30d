// expect: eslint(no-restricted-imports)
import { x } from '#ui/studio/creations/form.ts';
export const y = x;
