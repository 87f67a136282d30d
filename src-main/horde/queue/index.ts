export { type QueueEntry, type QueueRow, shapeOf } from './entry.ts';
export { createQueue, type HordeQueue, type Place } from './queue.ts';
