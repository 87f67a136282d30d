export { createEventHub, type EventHub, type SentEvent, type Subscription } from './hub.ts';
export { eventRoutes } from './routes.ts';
export { createThrottle, type Throttle } from './throttle.ts';
