// expect: eslint(no-restricted-imports)
import type { X } from '#main/studio/gallery/index.ts';
export type Y = X;
