// expect: eslint(no-restricted-imports)
import { x } from '#main/app/create-app.ts';
export const y = x;
