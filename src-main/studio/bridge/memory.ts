import { Type } from 'typebox';
import type { AppDatabase } from '#main/db/database.ts';
import { createDocument } from '#main/studio/documents/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { imageJobSchema } from '#shared/engine-protocol/messages.ts';
import type { PoppedJob } from './job.ts';

/** The job in hand, kept where a crash does not reach it. */
export interface WorkerMemory {
  /** The job that an earlier launch did not finish. */
  recall(): Promise<PoppedJob | undefined>;
  /** Resolves when it is on disk. */
  keep(job: PoppedJob | undefined): Promise<void>;
}

const StoredJob = Type.Object({
  /** Address of the horde when the job was handed out. */
  hordeUrl: Type.String(),
  job: Type.Union([
    Type.Null(),
    Type.Object({
      id: Type.String(),
      model: Type.String(),
      deadlineMs: Type.Number(),
      uploadUrl: Type.Optional(Type.String()),
      image: imageJobSchema,
    }),
  ]),
});

/**
 * Memory of the worker of one horde. That horde may have another port now: its links lead to where
 * it is, since it signs them without the host (`queue.md` 6.5).
 */
export function createWorkerMemory(deps: { db: AppDatabase; clock: Clock; hordeUrl: string }): WorkerMemory {
  const { hordeUrl } = deps;
  const document = createDocument(deps, 'worker-job', StoredJob);
  return {
    recall: async () => {
      const stored = await document.read();
      if (!stored?.job) return undefined;
      const { uploadUrl, ...job } = stored.job;
      return { ...job, uploadUrl: uploadUrl?.replace(stored.hordeUrl, hordeUrl) };
    },
    keep: async (job) => {
      await document.change(() => ({ hordeUrl, job: job ? storable(job) : null }));
    },
  };
}

/** JSON has no undefined. */
function storable({ uploadUrl, ...job }: PoppedJob) {
  return uploadUrl === undefined ? job : { ...job, uploadUrl };
}
