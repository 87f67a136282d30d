// expect: eslint(no-restricted-imports)
import { join } from 'node:path';
export const y = join;
