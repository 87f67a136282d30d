export { CreateScreen } from './CreateScreen.tsx';
export { applyToDraft } from './draft-store.ts';
