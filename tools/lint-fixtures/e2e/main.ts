// expect: eslint(no-restricted-imports)
import type { X } from '#main/app/create-app.ts';
export type Y = X;
