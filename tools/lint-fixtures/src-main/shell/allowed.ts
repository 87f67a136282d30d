// expect: nothing
import { app } from 'electron';
export const z = app;
