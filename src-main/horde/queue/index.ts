export { type QueueEntry, type QueueRow, shapeOf } from './entry.ts';
export { createQueue, type HordeQueue, type Place, type QueueFigures, type QueueMoves } from './queue.ts';
export { createQueues, followQueues, type HordeQueues, loadQueues } from './queues.ts';
