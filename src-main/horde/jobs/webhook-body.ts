import { type ImagesService, pictureKey } from '#main/horde/images/index.ts';
import { textStateOf } from '#main/horde/requests/index.ts';
import type { TextGenerationMetadata } from '#shared/horde/jobs/metadata.ts';
import type { JobCompleted } from './service.ts';

/** What a finished job tells its requester's webhook (`api.md` 1.14). */
export async function webhookBodyOf(
  job: JobCompleted,
  images: Pick<ImagesService, 'downloadLink' | 'read'>,
): Promise<Readonly<Record<string, unknown>>> {
  const { result } = job;
  return {
    ...(job.type === 'image' ? await pictureOf(job, images) : textOf(job)),
    seed: Number(result.seed),
    gen_metadata: result.metadata,
    model: job.model,
    worker_id: job.workerId,
    worker_name: job.workerName,
    id: job.jobId,
    request: job.requestId,
    kudos: job.rewardCents / 100,
  };
}

async function pictureOf(
  { base, jobId, shape, result }: JobCompleted,
  images: Pick<ImagesService, 'downloadLink' | 'read'>,
) {
  const key = pictureKey(jobId);
  const censored = result.isCensored;
  if (!('r2' in shape) || shape.r2) return { img: images.downloadLink(base, 'transient', key), censored };
  const bytes = await images.read('transient', key);
  return { img: bytes ? Buffer.from(bytes).toString('base64') : 'N/A', censored };
}

function textOf({ result }: JobCompleted) {
  // The metadata of a text passed the schema of its submit.
  const metadata = result.metadata as readonly TextGenerationMetadata[];
  return { text: result.text ?? '', state: textStateOf(result.isCensored, [...metadata]) };
}
