// expect: eslint(no-restricted-imports)
import { x } from '#main/studio/creations/service.ts';
export const y = x;
