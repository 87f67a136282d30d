import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { EngineError } from '#main/platform/engine-clients.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { ImageResult } from '#shared/engine-protocol/image.ts';
import type { HordeClient } from '#shared/horde/client.ts';
import type { PoppedJob } from './job.ts';

export interface DeliveryDeps {
  readonly client: Pick<HordeClient, 'generateSubmit'>;
  readonly log: Logger;
  /** Puts picture bytes to a signed link; throws when it is refused. */
  readonly upload: (url: string, webp: Uint8Array, signal: AbortSignal) => Promise<void>;
  /** Fires when the worker ends. */
  readonly ending: AbortSignal;
}

/** Takes what became of a job to the horde. */
export interface Delivery {
  /** Uploads and submits; gives the reward. A submit may be repeated safely (`decisions.md` 31). */
  deliver(job: PoppedJob, result: ImageResult): Promise<number>;
  /** Hands a job back; the horde that does not take it gives it up at its deadline. */
  giveBack(job: PoppedJob): Promise<void>;
}

const retryMs = [500, 2_000, 8_000];

export function createDelivery({ client, log, upload, ending }: DeliveryDeps): Delivery {
  /** Repeats what a horde that stumbles may refuse once. */
  const persist = async <R>(action: () => Promise<R>): Promise<R> => {
    for (const ms of retryMs) {
      try {
        return await action();
      } catch (error) {
        if (ending.aborted || isFinal(error)) throw error;
        log.warn({ err: error }, 'the horde did not take a result; it is sent again');
        await delay(ms, undefined, { signal: ending });
      }
    }
    return action();
  };
  return {
    deliver: async (job, result) => {
      const [picture] = result.pictures;
      if (!picture) throw new EngineError('internal', 'the engine gave no picture');
      const { uploadUrl } = job;
      const { reward } = await persist(async () => {
        if (uploadUrl !== undefined) await upload(uploadUrl, picture.webp, ending);
        return client.generateSubmit({
          id: job.id,
          seed: job.image.seed,
          state: 'ok',
          generation: uploadUrl === undefined ? Buffer.from(picture.webp).toString('base64') : 'R2',
          gen_metadata: result.notes.map((ref) => ({
            type: 'information' as const,
            value: 'see_ref' as const,
            ref: ref.slice(0, 255),
          })),
        });
      });
      return reward;
    },
    giveBack: async (job) => {
      const { id, image } = job;
      await client
        .generateSubmit({ id, seed: image.seed, state: 'faulted', generation: 'faulted' })
        .catch((refusal: unknown) => log.warn({ err: refusal }, 'the horde did not take the job back'));
    },
  };
}

/** A job that is settled or gone stays so; a picture that was not found may be uploaded anew (`decisions.md` 32). */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false;
  const mayPass = error.status >= 500 || error.status === 429 || error.status === 408;
  return !mayPass && error.rc !== 'ImageValidationFailed';
}
