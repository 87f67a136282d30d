import { createHmac } from 'node:crypto';

/** A signature that only who knows the account's secret can make: HMAC-SHA-256 over `timestamp.body`. */
export function signatureOf(secret: string, timestampSeconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex');
  return `t=${timestampSeconds},v1=${mac}`;
}

/** What a finished job or form tells its requester (`api.md` 1.14). */
export interface WebhookEvent {
  readonly url: string;
  /** Account that asked: it has at most five calls waiting. */
  readonly userId: number;
  readonly body: Readonly<Record<string, unknown>>;
}
