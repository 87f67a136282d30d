export { assembleHorde } from './assemble.ts';
