// expect: eslint(no-restricted-imports)
import { x } from '#main/studio/gallery/index.ts';
export const y = x;
