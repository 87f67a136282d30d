export { CreateScreen } from './CreateScreen.tsx';
export { takeImageSettings } from './draft-store.ts';
