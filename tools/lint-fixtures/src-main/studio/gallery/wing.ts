// expect: eslint(no-restricted-imports)
import type { X } from '#main/horde/jobs/index.ts';
export type Y = X;
