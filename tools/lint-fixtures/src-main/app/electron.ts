// expect: eslint(no-restricted-imports)
import { app } from 'electron';
export const y = app;
