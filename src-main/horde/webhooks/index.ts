export type { WebhookEvent } from './body.ts';
export { createWebhookSender, type WebhookOptions, type WebhookSender } from './sender.ts';
