import { createLazyRoute } from '@tanstack/react-router';
import { WorkerScreen } from '#ui/studio/worker/index.ts';

export const route = createLazyRoute('/worker')({ component: WorkerScreen });
