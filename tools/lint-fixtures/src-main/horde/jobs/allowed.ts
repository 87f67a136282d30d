// expect: nothing
import { x } from '#main/horde/kudos/index.ts';
import { y } from '#shared/horde/kudos/rules.ts';
export const z = [x, y];
