// expect: eslint(no-restricted-imports)
import { x } from '#ui/studio/gallery/index.ts';
export const y = x;
