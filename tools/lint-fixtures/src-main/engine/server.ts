// expect: eslint(no-restricted-imports)
import { x } from '#main/db/database.ts';
export const y = x;
