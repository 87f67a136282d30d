import { lazy } from 'react';

/** Like `EraseConfirm`, but no part of the first download: mount it inside a Suspense, once it asks. */
export const EraseConfirm = lazy(async () => ({
  default: (await import('./EraseConfirm.tsx')).EraseConfirm,
}));
