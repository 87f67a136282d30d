// expect: eslint(no-restricted-imports)
import { x } from '#main/shell/window.ts';
export const y = x;
