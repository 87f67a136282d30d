// expect: eslint(no-restricted-imports)
import { x } from '#main/horde/jobs/index.ts';
export const y = x;
