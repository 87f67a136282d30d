// expect: eslint(no-restricted-imports)
import { x } from '#main/engine/host.ts';
export const y = x;
