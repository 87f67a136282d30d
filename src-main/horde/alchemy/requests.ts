import { randomUUID } from 'node:crypto';
import { pictureKey } from '#main/horde/images/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { canDoForm, payloadOf } from '#shared/horde/alchemy/rules.ts';
import type {
  AlchemyAccepted,
  AlchemyFormInput,
  AlchemyFormStatus,
  AlchemyInput,
  AlchemyStatus,
} from '#shared/horde/alchemy/schema.ts';
import { alchemyLifeMs, alchemyState } from '#shared/horde/alchemy/states.ts';
import { type AskedForm, checkFormLimit, insertAlchemyRequest } from './accept-units.ts';
import { type AlchemyOptions, sourceKey } from './ports.ts';
import { storeSource } from './sources.ts';
import { cancelForms, cancelWaitingForms, type FormRow, keepAlive, type PaidForm } from './units.ts';

/** Where a request comes from. */
export interface AlchemyOrigin {
  readonly clientAgent: string;
  readonly ip: string;
}

export interface AlchemyRequests {
  /** @throws ProblemError of `api.md` 5.3 */
  accept(
    input: AlchemyInput,
    authenticate: () => Promise<User>,
    from: AlchemyOrigin,
  ): Promise<AlchemyAccepted>;
  status(id: string, base: string): Promise<AlchemyStatus>;
  /** Cancels what is unfinished; running forms are paid. */
  cancel(id: string, base: string): Promise<AlchemyStatus>;
  /** Cancels what waits of everybody: the horde enters maintenance. Running forms go on. */
  cancelWaiting(): Promise<void>;
  /** Cancels the requests of an account, as by DELETE (`decisions.md` 52). */
  cancelRequestsOf(userId: number): Promise<void>;
}

/** A poll is written only when the request gains at least so much by it. */
const pollGainMs = 60_000;
/** How long a request may hide that it waits, for clients that give up on `waiting` (`decisions.md` 46). */
const youngMs = 60_000;
const defaultSpeed = 1;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Alchemy requests: accepted, followed, cancelled (`queue.md` 5.3, 5.6). */
export function createAlchemyRequests(options: AlchemyOptions): AlchemyRequests {
  const { db, workers, images, clock } = options;
  const live = workers.live.interrogation;
  const find = async (id: string) => {
    const found = await db.read
      .selectFrom('horde_alchemy_requests')
      .selectAll()
      .where('id', '=', id)
      .where('expiry', '>', clock())
      .executeTakeFirst();
    if (!found) throw problem(404, 'RequestNotFound', `Request ${id} was not found.`);
    return found;
  };
  const formsOf = (id: string): Promise<FormRow[]> =>
    db.read
      .selectFrom('horde_alchemy_forms')
      .selectAll()
      .where('request_id', '=', id)
      .orderBy('seq')
      .execute();
  const canSomebody = (form: FormRow): boolean => {
    const asked = {
      name: form.name,
      userId: form.user_id,
      tiles: form.tiles,
      slowWorkers: form.slow_workers === 1,
      needsTrust: form.needs_trust === 1,
    };
    for (const worker of live.offering([form.name])) if (canDoForm(worker, asked)) return true;
    return false;
  };
  const stateOf = (created: number, forms: readonly FormRow[]): AlchemyStatus['state'] => {
    const state = alchemyState(forms.map((form) => form.state));
    const mayHide = options.settings().hide_waiting_alchemy && clock() - created < youngMs;
    if (state !== 'waiting' || !mayHide) return state;
    return forms.some((form) => form.state === 'waiting' && canSomebody(form)) ? 'processing' : state;
  };
  const resultOf = (form: FormRow, base: string): Pick<AlchemyFormStatus, 'result'> => {
    if (form.state !== 'done') return {};
    return {
      result: { [form.name]: resultValue(form, (key) => images.downloadLink(base, 'transient', key)) },
    };
  };
  const statusOf = async (id: string, created: number, base: string): Promise<AlchemyStatus> => {
    const forms = await formsOf(id);
    return {
      state: stateOf(created, forms),
      forms: forms.map((form) => ({ form: form.name, state: form.state, ...resultOf(form, base) })),
    };
  };
  const told = async (paid: readonly PaidForm[]): Promise<void> => {
    for (const { form, isPromoted } of paid) {
      images.drop(form.id);
      if (form.worker_id !== null) await workers.refresh(form.worker_id);
      if (isPromoted && form.worker_owner_id !== null) await workers.refreshOwner(form.worker_owner_id);
    }
  };
  const cancel = async (id: string): Promise<void> => {
    const speedOf = (workerId: string) => live.get(workerId)?.speed ?? defaultSpeed;
    const now = clock();
    await told(await db.write(() => cancelForms(db.query, id, { now, speedOf }, options)));
  };
  const refuseAddress = async (ip: string, caller: User): Promise<void> => {
    await options.addresses?.refuse(ip, caller);
    if (!options.modes().isRaided || caller.isTrusted) return;
    if ((await options.addresses?.isUnsafe(ip)) !== true) return;
    throw problem(403, 'UntrustedUnsafeIP', 'Requests from this address need a trusted account now.');
  };

  return {
    accept: async (input, authenticate, { clientAgent, ip }) => {
      if (options.modes().isInMaintenance) {
        throw problem(400, 'MaintenanceMode', 'This horde is in maintenance mode. Try again later.');
      }
      refuseWebhook(options, input.webhook);
      const forms = askedForms(input.forms ?? []);
      const caller = await authenticate();
      options.agents?.refuse(clientAgent);
      await db.readUnit(() => checkFormLimit(db.query, caller, forms.length));
      await refuseAddress(ip, caller);
      const id = randomUUID();
      try {
        const source = await storeSource(options, id, input.source_image);
        const request = {
          id,
          caller,
          clientAgent,
          ip,
          source,
          slowWorkers: input.slow_workers ?? true,
          needsTrust: input.trusted_workers ?? false,
          webhook: input.webhook,
          forms,
          now: clock(),
        };
        await db.write(() => insertAlchemyRequest(db.query, request));
      } catch (error) {
        await images.remove('source', sourceKey(id));
        throw error;
      }
      return { id };
    },
    status: async (id, base) => {
      const { created, expiry } = await find(id);
      const now = clock();
      if (now + alchemyLifeMs - expiry >= pollGainMs) await db.write(() => keepAlive(db.query, id, now));
      return statusOf(id, created, base);
    },
    cancel: async (id, base) => {
      const { created } = await find(id);
      await cancel(id);
      return statusOf(id, created, base);
    },
    cancelWaiting: () => db.write(() => cancelWaitingForms(db.query)),
    cancelRequestsOf: async (userId) => {
      const found = await db.read
        .selectFrom('horde_alchemy_requests')
        .select('id')
        .where('user_id', '=', userId)
        .execute();
      for (const { id } of found) await cancel(id);
    },
  };
}

/** What stands under a finished form's name: what was found, or a link to what was made. */
export function resultValue(
  form: Pick<FormRow, 'id' | 'result' | 'has_picture'>,
  linkOf: (key: string) => string,
): unknown {
  if (form.has_picture === 1) return linkOf(pictureKey(form.id));
  // A picture that was accepted without an upload (`decisions.md` 32).
  return form.result === null ? 'N/A' : JSON.parse(form.result);
}

function refuseWebhook({ webhooks }: AlchemyOptions, url: string | undefined): void {
  if (url === undefined) return;
  if (!webhooks) throw problem(400, 'BadRequest', 'Webhooks are not allowed on this horde.');
  webhooks.refuse(url);
}

/** The forms by name: the first of each counts (`api.md` Q29). @throws ProblemError 400 `BadRequest` */
function askedForms(typed: readonly AlchemyFormInput[]): AskedForm[] {
  const forms = new Map<string, AskedForm>();
  for (const { name, payload: typedPayload } of typed) {
    if (forms.has(name)) continue;
    const payload = payloadOf(typedPayload);
    if (payload === 'too long') throw problem(400, 'BadRequest', `The payload of ${name} is too long.`);
    forms.set(name, { id: randomUUID(), name, payload });
  }
  if (forms.size === 0) throw problem(400, 'BadRequest', 'At least one form has to be asked for.');
  return [...forms.values()];
}
