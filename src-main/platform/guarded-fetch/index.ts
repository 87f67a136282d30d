export { FetchRefusedError, type RefusalKind } from './error.ts';
export {
  createGuardedFetch,
  type GuardedAnswer,
  type GuardedCall,
  type GuardedFetch,
  type GuardedFetchOptions,
} from './guarded-fetch.ts';
