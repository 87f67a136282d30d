import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { Problem, ProblemError } from '../common/problem.ts';
import { PopAnswer, type PopInput, SubmitAnswer, type SubmitInput } from './jobs/schema.ts';
import { type GenerationInput, RequestAsync, RequestStatus, RequestStatusCheck } from './requests/schema.ts';
import { ActiveModel, Heartbeat, HordeModes, Performance } from './status/schema.ts';
import { UserDetails } from './users/schema.ts';
import { ModifyWorker, type ModifyWorkerInput, WorkerDetails } from './workers/schema.ts';

/** What the client hands to its host, which sends it over HTTP. */
export interface HordeSendRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface HordeSendAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One HTTP exchange. Rejects when no answer came, with the signal's reason when it was aborted. */
export type HordeSend = (request: HordeSendRequest) => Promise<HordeSendAnswer>;

/** No answer came: the horde is down, the network is away, or the time was up. */
export class HordeUnreachableError extends Error {
  override readonly name = 'HordeUnreachableError';
}

/** An answer came that is not what the API promises: no horde, or one that speaks otherwise. */
export class HordeAnswerError extends Error {
  override readonly name = 'HordeAnswerError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Filters of the model list; left out, the horde's defaults hold. */
export interface ModelsFilter {
  readonly type?: 'image' | 'text';
  readonly min_count?: number;
  readonly max_count?: number;
  readonly model_state?: 'all' | 'known' | 'custom';
}

/**
 * An AI Horde of the v2 API, private or public. Every method throws `ProblemError` for a refusal,
 * `HordeUnreachableError`, `HordeAnswerError`, or the signal's reason when it was aborted. Unknown
 * keys of an answer stay in it and are not typed.
 */
export interface HordeClient {
  /** Accepted: `id` is there. With `dry_run` only `kudos` is. */
  generateAsync(payload: GenerationInput, signal?: AbortSignal): Promise<RequestAsync>;
  generateCheck(id: string, signal?: AbortSignal): Promise<RequestStatusCheck>;
  generateStatus(id: string, signal?: AbortSignal): Promise<RequestStatus>;
  /** Cancels; the answer has the pictures that were finished before. */
  generateCancel(id: string, signal?: AbortSignal): Promise<RequestStatus>;
  generatePop(input: PopInput, signal?: AbortSignal): Promise<PopAnswer>;
  generateSubmit(input: SubmitInput, signal?: AbortSignal): Promise<SubmitAnswer>;
  /** The account of the key in use. */
  findUser(signal?: AbortSignal): Promise<UserDetails>;
  statusModels(filter?: ModelsFilter, signal?: AbortSignal): Promise<ActiveModel[]>;
  statusHeartbeat(signal?: AbortSignal): Promise<Heartbeat>;
  statusPerformance(signal?: AbortSignal): Promise<Performance>;
  /** `raid_mode` is there for moderators only. */
  statusModes(signal?: AbortSignal): Promise<HordeModes>;
  /** Image workers that are online. */
  workers(signal?: AbortSignal): Promise<WorkerDetails[]>;
  worker(id: string, signal?: AbortSignal): Promise<WorkerDetails>;
  modifyWorker(id: string, patch: ModifyWorkerInput, signal?: AbortSignal): Promise<ModifyWorker>;
}

export interface HordeClientOptions {
  readonly send: HordeSend;
  /** Scheme, host and port, e.g. `http://127.0.0.1:7001`; `/api/v2` is added. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** `name:version:contact`, the `Client-Agent` header. */
  readonly clientAgent: string;
}

type Call = <T extends TSchema>(
  answer: T,
  method: string,
  path: string,
  options: { body?: unknown; signal?: AbortSignal | undefined },
) => Promise<Static<T>>;

/** A typed client over a `send` port, so that core, tests and browsers each use their own HTTP. */
export function createHordeClient(options: HordeClientOptions): HordeClient {
  const call = createCall(options);
  const one = encodeURIComponent;
  return {
    generateAsync: (body, signal) => call(RequestAsync, 'POST', '/generate/async', { body, signal }),
    generateCheck: (id, signal) => call(RequestStatusCheck, 'GET', `/generate/check/${one(id)}`, { signal }),
    generateStatus: (id, signal) => call(RequestStatus, 'GET', `/generate/status/${one(id)}`, { signal }),
    generateCancel: (id, signal) => call(RequestStatus, 'DELETE', `/generate/status/${one(id)}`, { signal }),
    generatePop: (body, signal) => call(PopAnswer, 'POST', '/generate/pop', { body, signal }),
    generateSubmit: (body, signal) => call(SubmitAnswer, 'POST', '/generate/submit', { body, signal }),
    findUser: (signal) => call(UserDetails, 'GET', '/find_user', { signal }),
    statusModels: (filter, signal) =>
      call(Type.Array(ActiveModel), 'GET', `/status/models${queryOf(filter)}`, { signal }),
    statusHeartbeat: (signal) => call(Heartbeat, 'GET', '/status/heartbeat', { signal }),
    statusPerformance: (signal) => call(Performance, 'GET', '/status/performance', { signal }),
    statusModes: (signal) => call(HordeModes, 'GET', '/status/modes', { signal }),
    workers: (signal) => call(Type.Array(WorkerDetails), 'GET', '/workers?type=image', { signal }),
    worker: (id, signal) => call(WorkerDetails, 'GET', `/workers/${one(id)}`, { signal }),
    modifyWorker: (id, body, signal) => call(ModifyWorker, 'PUT', `/workers/${one(id)}`, { body, signal }),
  };
}

function createCall(client: HordeClientOptions): Call {
  const base = `${client.baseUrl.replace(/\/+$/, '')}/api/v2`;
  const common = { apikey: client.apiKey, 'client-agent': client.clientAgent, accept: 'application/json' };
  return async (schema, method, path, { body, signal }) => {
    const answer = await exchange(client.send, {
      method,
      url: base + path,
      headers: body === undefined ? common : { ...common, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const parsed = parse(answer.body);
    if (answer.status < 200 || answer.status > 299) throw refusal(answer, parsed);
    if (!Value.Check(schema, parsed)) {
      throw new HordeAnswerError(
        answer.status,
        `${method} ${path} was answered in an unknown shape: ${difference(schema, parsed)}`,
      );
    }
    return parsed;
  };
}

async function exchange(send: HordeSend, request: HordeSendRequest): Promise<HordeSendAnswer> {
  try {
    return await send(request);
  } catch (error) {
    request.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new HordeUnreachableError(`The horde did not answer: ${reason}`, { cause: error });
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A refusal of the API, or of something before it (a proxy's page), by its status. */
function refusal(answer: HordeSendAnswer, parsed: unknown): Error {
  if (!Value.Check(Problem, parsed)) {
    return new HordeAnswerError(answer.status, `The horde answered ${answer.status} without a reason.`);
  }
  const details = parsed.errors === undefined ? {} : { errors: parsed.errors };
  return new ProblemError(answer.status, parsed.rc, parsed.message, details);
}

function difference(schema: TSchema, value: unknown): string {
  if (value === undefined) return 'not JSON';
  const first = Value.Errors(schema, value)[0];
  return first === undefined ? 'unknown' : `${first.instancePath} ${first.message}`;
}

function queryOf(filter: ModelsFilter = {}): string {
  const query = new Array<string>();
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined) query.push(`${name}=${encodeURIComponent(String(value))}`);
  }
  return query.length === 0 ? '' : `?${query.join('&')}`;
}
