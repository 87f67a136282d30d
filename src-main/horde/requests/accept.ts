import type { RequestType } from '#main/db/tables/horde-work.ts';
import type { AppDatabase } from '#main/db/database.ts';
import { availableCents } from '#main/horde/kudos/index.ts';
import type { Modes } from '#main/horde/modes/index.ts';
import type { QueueFigures } from '#main/horde/queue/index.ts';
import type { Requester, User } from '#main/horde/users/index.ts';
import type { WorkersService } from '#main/horde/workers/index.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { RequestWarning } from '#shared/horde/requests/schema.ts';
import type { Shapes } from '#shared/horde/requests/shape.ts';
import { checkBatching, checkSubmission } from '#shared/horde/requests/submission.ts';
import { refuseByLimits } from '#shared/horde/sharedkeys/rules.ts';
import type { Authenticate, RequestPorts, UsedStyle } from './ports.ts';
import { totalCents } from './price.ts';
import type { AllTypeRules, Inputs } from './types.ts';
import { checkConcurrency, kudosUpfront, type RequestOrigin } from './units.ts';

/** Where a request comes from, before it is known who asks. */
export interface Arrival {
  readonly clientAgent: string;
  /** The socket's address. */
  readonly ip: string;
  readonly isLocal: boolean;
}

/** A request that may enter the queue. */
export interface Admitted<T extends RequestType> {
  readonly type: T;
  /** As its style made it, with the prompt that the filter let through. */
  readonly input: Inputs[T];
  readonly shape: Shapes[T];
  readonly origin: RequestOrigin;
  readonly style: UsedStyle | undefined;
  readonly baseKudos: number;
  readonly taxCents: number;
  /** Price of one result. */
  readonly costCents: number;
  readonly totalCents: number;
  /** What has to be reserved before it is accepted; 0 for most requests. */
  readonly holdCents: number;
  readonly mayDowngrade: boolean;
  readonly warnings: RequestWarning[];
}

export interface AdmissionOptions extends RequestPorts {
  readonly db: AppDatabase;
  readonly workers: Pick<WorkersService, 'exists' | 'live'>;
  readonly queues: Readonly<Record<RequestType, Pick<QueueFigures, 'totals'>>>;
  readonly modes: () => Modes;
  readonly rules: AllTypeRules;
}

const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/**
 * Decides about requests, each check in its place of `api.md` 5.1. What is refused leaves nothing behind.
 * @returns a function that throws ProblemError with the code of the first check that fails
 */
export function createAdmission(options: AdmissionOptions) {
  const { db, workers, queues } = options;

  return async <T extends RequestType>(
    type: T,
    asked: Inputs[T],
    authenticate: Authenticate,
    from: Arrival,
  ): Promise<Admitted<T>> => {
    const rules = options.rules[type];
    const styled = await applyStyle(options, type, asked);
    const { style } = styled;
    refuseUnavailable(options, asked);
    const origin = await originOf(options, { asked, style, authenticate, from });
    const { caller, ip } = origin;
    checkSubmission(styled.input, caller);
    const targets = asked.workers ?? [];
    if (targets.length > 0 && !(await workers.exists(targets))) {
      throw problem(404, 'WorkerNotFound', 'A worker of the list was not found.');
    }
    checkBatching(styled.input, caller);
    const limits = { type, jobs: styled.input.params?.n ?? 1, models: modelsOf(type, styled.input) };
    // A price is told whatever waits already.
    if (asked.dry_run !== true) await db.readUnit(() => checkConcurrency(db.query, origin, limits));
    await options.addresses?.refuse(ip, caller);
    const { input, warnings } = await examine(options, { type, rules, origin, input: styled.input });
    const isUnsafe = (await options.addresses?.isUnsafe(ip)) ?? false;
    const isAddressRefused = isUnsafe && options.modes().isRaided && !caller.isTrusted;
    rules.check(input, { caller, clientAgent: from.clientAgent, isAddressRefused });
    options.agents?.refuse(from.clientAgent);
    const shape = { ...rules.derive(input, caller), ...ipRiskOf(isUnsafe, caller) };
    const usesForeignStyle = style !== undefined && style.ownerId !== caller.id;
    const cost = (made: Shapes[T]) => {
      const price = rules.price(made);
      const taxCents = rules.taxCents(made, usesForeignStyle);
      return { ...price, taxCents, totalCents: totalCents(made.jobs, price, taxCents) };
    };
    const mayDowngrade = asked.allow_downgrade ?? false;
    await checkBudget(options, origin, { cents: cost(shape).totalCents, mayDowngrade });
    const load = loadOf(queues[type], workers.live[type].power().threads);
    const upfront = caller.isAdmin ? undefined : rules.upfront(shape, load);
    const canPay = upfront && (await db.readUnit(() => availableCents(db.query, caller.id))) >= upfront.cents;
    if (upfront && !canPay && !mayDowngrade) throw kudosUpfront(upfront.cents);
    const accepted = upfront && !canPay ? upfront.downgraded : shape;
    await checkKeyLimits(options, origin, rules.sharedKeyJob(accepted));
    const { baseKudos, costCents, taxCents, totalCents: total } = cost(accepted);
    return {
      type,
      input,
      shape: accepted,
      origin,
      style,
      baseKudos,
      taxCents,
      costCents,
      totalCents: total,
      holdCents: upfront && canPay ? upfront.cents : 0,
      mayDowngrade,
      warnings: [...warnings, ...rules.warnings(input)],
    };
  };
}

async function applyStyle<T extends RequestType>(
  { styles }: RequestPorts,
  type: T,
  asked: Inputs[T],
): Promise<{ input: Inputs[T]; style: UsedStyle | undefined }> {
  if (asked.style === undefined) return { input: asked, style: undefined };
  if (styles) return styles.apply(type, asked.style, asked);
  throw problem(404, 'StyleNotFound', `Style '${asked.style}' was not found.`);
}

/** What is refused before anybody asks who calls (`api.md` 5.1, rows 4 and 5). */
function refuseUnavailable(
  { modes, webhooks }: AdmissionOptions,
  { webhook }: { readonly webhook?: string | undefined },
): void {
  if (modes().isInMaintenance) {
    throw problem(400, 'MaintenanceMode', 'This horde is in maintenance mode. Try again later.');
  }
  if (webhook === undefined) return;
  if (!webhooks) throw problem(400, 'BadRequest', 'Webhooks are not allowed on this horde.');
  webhooks.refuse(webhook);
}

/** Who pays: the caller, or the owner of the key that a style brings (STY-08). */
async function originOf(
  { sharedKeys }: RequestPorts,
  request: {
    readonly asked: Inputs[RequestType];
    readonly style: UsedStyle | undefined;
    readonly authenticate: Authenticate;
    readonly from: Arrival;
  },
): Promise<RequestOrigin> {
  const { asked, style, from } = request;
  const mayDowngrade = asked.allow_downgrade ?? false;
  const requester: Requester = await request.authenticate({
    proxiedAccount: asked.proxied_account,
    mayDowngrade,
  });
  const { user: caller, isProxied, ...rest } = requester;
  const proxyIp = isProxied ? from.ip : undefined;
  const origin = { ...from, ...rest, caller, proxyIp, isKeyOfStyle: false };
  if (style?.sharedKeyId == null || !sharedKeys) return origin;
  try {
    const { isLocal } = from;
    const opened = await sharedKeys.open(style.sharedKeyId, { mayDowngrade: false, isLocal, isStyled: true });
    return { ...origin, caller: opened.user, sharedKeyId: opened.id, isKeyOfStyle: true };
  } catch (error) {
    // A style's key that opens nothing any more leaves the caller to pay.
    if (error instanceof ProblemError) return origin;
    throw error;
  }
}

function modelsOf(type: RequestType, { models }: Inputs[RequestType]): readonly string[] {
  return models ?? (type === 'image' ? ['stable_diffusion'] : []);
}

async function examine<T extends RequestType>(
  { prompts }: RequestPorts,
  {
    type,
    rules,
    origin,
    input,
  }: {
    readonly type: T;
    readonly rules: AllTypeRules[T];
    readonly origin: RequestOrigin;
    readonly input: Inputs[T];
  },
): Promise<{ input: Inputs[T]; warnings: RequestWarning[] }> {
  if (!prompts) return { input, warnings: [] };
  const { caller: user, ip, proxyIp, clientAgent, proxiedAccount } = origin;
  const { prompt, isReplaced } = await prompts.examine({
    prompt: input.prompt,
    user,
    kind: type,
    wantsReplacement: rules.wantsReplacement(input),
    models: modelsOf(type, input),
    isEducation: user.isEducation,
    ip,
    proxyIp,
    clientAgent,
    proxiedAccount,
  });
  const message = 'The prompt was changed, since as it was it is not allowed here.';
  return {
    input: { ...input, prompt },
    warnings: isReplaced === true ? [{ code: 'PromptReplaced', message }] : [],
  };
}

function ipRiskOf(isUnsafe: boolean, caller: User): Pick<Shapes['image'], 'ipRisk'> {
  if (!isUnsafe) return {};
  return { ipRisk: caller.isTrusted ? 'unsafe' : 'unsafe_untrusted' };
}

/** Waiting and running jobs of a type, and the threads for them. */
function loadOf(queue: Pick<QueueFigures, 'totals'>, threads: number) {
  const { slots, running } = queue.totals();
  return { threads, jobs: slots + running };
}

async function checkBudget(
  { db, sharedKeys }: AdmissionOptions,
  { sharedKeyId }: RequestOrigin,
  price: { readonly cents: number; readonly mayDowngrade: boolean },
): Promise<void> {
  if (sharedKeyId === undefined || !sharedKeys) return;
  await db.readUnit(() => sharedKeys.checkBudget(db.query, { id: sharedKeyId, ...price }));
}

/** A key that a style brought is not held to its limits (SHK-04). */
async function checkKeyLimits(
  { sharedKeys }: RequestPorts,
  { sharedKeyId, isKeyOfStyle }: RequestOrigin,
  job: Parameters<typeof refuseByLimits>[1],
): Promise<void> {
  if (sharedKeyId === undefined || isKeyOfStyle) return;
  const key = await sharedKeys?.find(sharedKeyId);
  if (key) refuseByLimits(key, job);
}
