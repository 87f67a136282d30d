export { assembleHorde, type Horde, type HordeParts } from './assemble.ts';
