export { type Notice, type NoticeKind, notify, type StoredNotice } from './notices.ts';
export { type ProblemJob, recordProblem } from './problem-jobs.ts';
export { createSuspicionService, type SuspicionPoint, type SuspicionService } from './service.ts';
export {
  countDrop,
  forgetWorker,
  resetSuspicion,
  suspectUser,
  suspectWorker,
  type WorkerDropped,
  type WorkerSuspected,
} from './units.ts';
