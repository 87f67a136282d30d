// expect: eslint(no-restricted-imports)
import { x } from '#main/horde/kudos/deep/ledger.ts';
export const y = x;
