export { WorkerScreen } from './WorkerScreen.tsx';
