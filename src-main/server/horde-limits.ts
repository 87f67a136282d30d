/** One limit of a route: so many calls in a fixed window. */
export interface Limit {
  readonly max: number;
  /** For addresses that somebody trusted called from in the last day. */
  readonly raisedMax?: number;
  /** Anonymous callers share one key, so their limit by key is wider. */
  readonly maxForAnonymous?: number;
  readonly seconds: number;
  /** Whom the counter is for, with the path, the resource (all of its methods), or alone. */
  readonly per: 'address and path' | 'address and resource' | 'key and path';
}

const second = 1;
const minute = 60;
const hour = 3600;

/** Counted by address, method and path, so that each object has its own counter. */
const path = (max: number, seconds: number, raisedMax = max): Limit => ({
  max,
  raisedMax,
  seconds,
  per: 'address and path',
});
/** Counted by address, all methods of a resource together. */
const resource = (max: number, seconds: number): Limit => ({ max, seconds, per: 'address and resource' });

/** `D` of `api.md` 1.8: what every route without limits of its own has. */
export const byDefault: Limit = resource(90, minute);

const s2 = path(2, second, 10);
const m90 = path(90, minute, 300);
const k2: Limit = { max: 2, raisedMax: 60, maxForAnonymous: 60, seconds: second, per: 'key and path' };
const keyed = (max: number, seconds: number, raisedMax = max): Limit => ({
  max,
  raisedMax,
  seconds,
  per: 'key and path',
});

const generate = [s2, k2, m90];
const worker = [resource(60, second)];
const often = [s2, m90];
const seldom = [s2, path(20, hour)];

/** Limits by route, shortest window first (`api.md` 1.8 and 5.0); every other route has the default. */
export const limitsByRoute: Readonly<Record<string, readonly Limit[]>> = {
  '/api/v2/generate/async': generate,
  '/api/v2/generate/status/:id': [path(10, minute)],
  '/api/v2/generate/check/:id': [path(10, second)],
  '/api/v2/generate/rate/:id': [path(5, minute)],
  '/api/v2/generate/pop': worker,
  '/api/v2/generate/submit': worker,
  '/api/v2/generate/text/async': generate,
  '/api/v2/generate/text/status/:id': [path(60, minute)],
  '/api/v2/generate/text/pop': worker,
  '/api/v2/generate/text/submit': worker,
  '/api/v2/interrogate/status/:id': [path(10, second)],
  '/api/v2/interrogate/pop': worker,
  '/api/v2/interrogate/submit': worker,
  '/api/v2/styles/image': often,
  '/api/v2/styles/image/:style_id': seldom,
  '/api/v2/styles/image/:style_id/example': often,
  '/api/v2/styles/text': seldom,
  '/api/v2/styles/text/:style_id': often,
  '/api/v2/collections': often,
  '/api/v2/collections/:collection_id': often,
  '/api/v2/users/:user_id': [path(60, minute)],
  '/api/v2/sharedkeys': [path(5, minute)],
  '/api/v2/workers/:worker_id': [path(30, minute)],
  '/api/v2/kudos/transfer': [keyed(1, second), keyed(90, hour, 600)],
  '/api/v2/status/modes': [resource(30, minute)],
  '/api/v2/teams': [path(30, minute)],
  '/api/v2/teams/:team_id': [path(30, minute)],
  '/api/v2/status/heartbeat': [],
  // Signed links of the store: a batch of pictures is many uploads at once (`queue.md` 6.5).
  '/images/:bucket/:key': [],
};

const windowNames: ReadonlyMap<number, string> = new Map([
  [second, 'second'],
  [minute, 'minute'],
  [hour, 'hour'],
]);

/** How a caller is told of a limit, e.g. `2 per 1 second` (`api.md` 1.5.3). */
export function sentenceOf(max: number, seconds: number): string {
  return `${max} per 1 ${windowNames.get(seconds) ?? `${seconds} seconds`}`;
}
