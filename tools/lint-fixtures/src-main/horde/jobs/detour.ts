// expect: eslint(no-restricted-imports)
import { x } from '../../../src-renderer/ui/icons.ts';
export const y = x;
