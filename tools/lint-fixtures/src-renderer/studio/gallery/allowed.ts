// expect: nothing
import { x } from '#ui/studio/creations/index.ts';
import { y } from '#ui/api/client.ts';
export const z = [x, y];
