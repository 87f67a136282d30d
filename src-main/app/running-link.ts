import { setTimeout as delay } from 'node:timers/promises';
import { type InstanceRecord, readInstance } from './data-folder.ts';

const retryMs = 250;

/**
 * A fresh one-time link of the app that holds the data folder, through the record that it left there.
 * An app that is still starting has no record yet, or one of an earlier launch, so it is asked again
 * until `patienceMs` is over. Undefined when none answers.
 */
export async function linkOfRunning(dataDir: string, patienceMs = 10_000): Promise<string | undefined> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const record = readInstance(dataDir);
    const link = record && (await askForLink(record, Math.max(1, until - performance.now())));
    if (link !== undefined || performance.now() >= until) return link;
    await delay(retryMs);
  }
}

async function askForLink(record: InstanceRecord, timeoutMs: number): Promise<string | undefined> {
  try {
    const answer = await fetch(new URL('/instance/link', record.appOrigin), {
      method: 'POST',
      headers: { authorization: `Bearer ${record.control}` },
      redirect: 'error',
      signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
    });
    const body: unknown = answer.ok ? await answer.json() : undefined;
    const link = typeof body === 'object' && body !== null && 'link' in body ? body.link : undefined;
    // Another program may have taken the port of a killed app: only a link to that very origin counts.
    return typeof link === 'string' && URL.parse(link)?.origin === record.appOrigin ? link : undefined;
  } catch {
    return undefined;
  }
}
