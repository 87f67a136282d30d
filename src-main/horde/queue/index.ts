export type { QueueEntry, QueueRow } from './entry.ts';
export { createQueue, type HordeQueue, type Place } from './queue.ts';
