import type { Download } from '#main/studio/creations/index.ts';
import { HordeUnreachableError, type HordeSend } from '#shared/horde/client.ts';

const timeoutMs = 30_000;
const maxAnswerBytes = 64 * 1024 * 1024;

/**
 * Sends over the built-in fetch: no redirects (a key never follows one), a time limit, and a limit on
 * the answer's size, since a horde is a stranger.
 * @throws HordeUnreachableError when no whole answer arrives
 */
export const fetchSend: HordeSend = async ({ method, url, headers, body, signal }) => {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      method,
      headers,
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(body === undefined ? {} : { body }),
    });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await limitedText(answer),
    };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new HordeUnreachableError('The horde does not answer.', { cause: error });
  }
};

async function limitedText(answer: Response): Promise<string> {
  const bytes = await limitedBytes(answer, maxAnswerBytes);
  if (!bytes) throw new Error('the answer is too large');
  return bytes.toString('utf8');
}

/** The body; undefined, and the rest unread, once it is larger. */
async function limitedBytes(answer: Response, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Gets a finished picture from the link that a horde gave: no redirects, a time and a size limit. */
export const getPicture: Download = async (url, { maxBytes, signal }) => {
  const answer = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    return { kind: 'refused', status: answer.status };
  }
  const bytes = await limitedBytes(answer, maxBytes);
  return bytes ? { kind: 'bytes', bytes } : { kind: 'tooLarge' };
};

/**
 * Puts a finished picture where the horde wants it.
 * @throws Error when it is not taken
 */
export async function putPicture(url: string, webp: Uint8Array, signal: AbortSignal): Promise<void> {
  const answer = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'image/webp' },
    body: Uint8Array.from(webp),
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the upload was refused with status ${answer.status}`);
}
