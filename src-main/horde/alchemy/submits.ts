import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { HordeAlchemyDecoyTable } from '#main/db/tables/horde-alchemy.ts';
import { type ImagesService, pictureKey } from '#main/horde/images/index.ts';
import type { User } from '#main/horde/users/index.ts';
import { createKeyedLanes } from '#shared/common/keyed-lanes.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { type AlchemyForm, makesPicture } from '#shared/horde/alchemy/forms.ts';
import { readResult } from '#shared/horde/alchemy/results.ts';
import { formResultLimits } from '#shared/horde/alchemy/rules.ts';
import type { AlchemySubmitInput } from '#shared/horde/alchemy/schema.ts';
import { type FormState, formVerdict } from '#shared/horde/alchemy/states.ts';
import { largestResult } from '#shared/engine-protocol/media.ts';
import { endDecoy } from './decoy-units.ts';
import type { AlchemyOptions } from './ports.ts';
import { resultValue } from './requests.ts';
import { completeForm, failForm, type FormRow, type MadeResult, type PaidForm } from './units.ts';

export interface AlchemySubmits {
  /** Takes a result; an identical repeat is answered alike and moves nothing. @throws ProblemError of `api.md` 5.3 */
  submit(
    input: AlchemySubmitInput,
    authenticate: () => Promise<User>,
    base: string,
  ): Promise<{ reward: number }>;
  /** Whether a form takes uploads. */
  isOpen(id: string): Promise<boolean>;
}

type Decoy = Selectable<HordeAlchemyDecoyTable>;

const resultQuality = 95;
const problem = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Results of alchemists: checked, stored, settled (`queue.md` 5.5). */
export function createAlchemySubmits(options: AlchemyOptions): AlchemySubmits {
  const { db, workers, images, clock } = options;
  const inLane = createKeyedLanes();
  const findForm = (id: string): Promise<FormRow | undefined> =>
    db.read.selectFrom('horde_alchemy_forms').selectAll().where('id', '=', id).executeTakeFirst();
  const findDecoy = (id: string): Promise<Decoy | undefined> =>
    db.read.selectFrom('horde_alchemy_decoys').selectAll().where('id', '=', id).executeTakeFirst();
  const requestOf = (form: FormRow) =>
    db.read
      .selectFrom('horde_alchemy_requests')
      .selectAll()
      .where('id', '=', form.request_id)
      .executeTakeFirstOrThrow();

  const make = async (input: AlchemySubmitInput, form: FormRow): Promise<MadeResult> => {
    const value = valueOf(input, form.name);
    const digest = digestOf(input);
    if (!makesPicture(form.name)) return { result: JSON.stringify(value), hasPicture: false, digest };
    const bytes = pictureOf(input.id, value, images);
    if (!bytes && options.settings().require_upload) throw nothingUploaded();
    if (!bytes) return { result: null, hasPicture: false, digest };
    const limits = formResultLimits(form.name, await requestOf(form));
    await images.store('transient', pictureKey(form.id), bytes, limits, resultQuality);
    return { result: null, hasPicture: true, digest };
  };
  const tell = async ({ form }: PaidForm, base: string): Promise<void> => {
    const { webhook } = await requestOf(form);
    if (webhook === null || !options.webhooks) return;
    const value = resultValue(form, (key) => images.downloadLink(base, 'transient', key));
    const body = {
      form: form.name,
      state: 'done',
      result: { [form.name]: value },
      worker_id: form.worker_id,
      worker_name: form.worker_name,
      id: form.id,
      request: form.request_id,
      kudos: form.reward_cents / 100,
    };
    options.webhooks.send({ url: webhook, userId: form.user_id, body });
  };
  /** @returns the reward in cents, or nothing when the form had ended */
  const complete = async (
    input: AlchemySubmitInput,
    form: FormRow,
    base: string,
  ): Promise<number | undefined> => {
    const made = await make(input, form);
    const ended = { id: form.id, made, now: clock() };
    const done = await db.write(() => completeForm(db.query, ended, options));
    images.drop(form.id);
    if (!done) {
      // Another process may have taken it, with this very picture.
      if ((await findForm(form.id))?.has_picture !== 1) await images.remove('transient', pictureKey(form.id));
      return undefined;
    }
    if (done.isPromoted && form.worker_owner_id !== null) await workers.refreshOwner(form.worker_owner_id);
    await tell(done, base);
    return form.reward_cents;
  };
  const fail = async (input: AlchemySubmitInput): Promise<0 | undefined> => {
    const { isRaided } = options.modes();
    const failure = { id: input.id, digest: digestOf(input), isBlamed: true, isRaided, now: clock() };
    const failed = await db.write(() => failForm(db.query, failure));
    images.drop(input.id);
    return failed && 0;
  };
  const answerOfEnded = (input: AlchemySubmitInput, ended: Ended): { reward: number } => {
    const verdict = formVerdict(ended, { isFault: isFault(input), digest: digestOf(input) });
    if (verdict === 'repeat') return { reward: ended.state === 'done' ? ended.reward_cents / 100 : 0 };
    // What a worker in maintenance says again is not held against it.
    const worker = ended.worker_id === null ? undefined : workers.live.interrogation.get(ended.worker_id);
    if (worker?.isInMaintenance === true) return { reward: 0 };
    throw problem(
      400,
      'DuplicateGen',
      `Processing Job with ID ${input.id} was already submitted or given up.`,
    );
  };
  const submitForm = async (input: AlchemySubmitInput, form: FormRow, base: string) => {
    if (form.state !== 'processing') return answerOfEnded(input, form);
    const rewardCents = isFault(input) ? await fail(input) : await complete(input, form, base);
    if (form.worker_id !== null) await workers.refresh(form.worker_id);
    if (rewardCents !== undefined) return { reward: rewardCents / 100 };
    return answerOfEnded(input, (await findForm(form.id)) ?? form);
  };
  /** A form that a made-up picture stands for: looks the same from outside, moves nothing. */
  const submitDecoy = async (input: AlchemySubmitInput, decoy: Decoy) => {
    if (decoy.state === 'processing' && !isFault(input)) {
      const value = valueOf(input, decoy.name);
      const bytes = makesPicture(decoy.name) ? pictureOf(input.id, value, images) : undefined;
      if (bytes) await images.check(bytes, largestResult);
      else if (makesPicture(decoy.name) && options.settings().require_upload) throw nothingUploaded();
    }
    const ended = { id: decoy.id, digest: digestOf(input), isFault: isFault(input), now: clock() };
    const before = await db.write(() => endDecoy(db.query, ended));
    images.drop(decoy.id);
    if (before?.state !== 'processing') return answerOfEnded(input, before ?? decoy);
    return { reward: isFault(input) ? 0 : decoy.reward_cents / 100 };
  };

  return {
    submit: (input, authenticate, base) =>
      // What is read of a form holds until it has been answered; only time and a cancel may end it meanwhile.
      inLane(input.id, async () => {
        const form = await findForm(input.id);
        const decoy = form ? undefined : await findDecoy(input.id);
        if (form && form.worker_owner_id !== null) {
          requireOwner(await authenticate(), form.worker_owner_id);
          return submitForm(input, form, base);
        }
        if (!decoy) throw noForm(input.id);
        requireOwner(await authenticate(), decoy.worker_owner_id);
        return submitDecoy(input, decoy);
      }),
    isOpen: async (id) => ((await findForm(id)) ?? (await findDecoy(id)))?.state === 'processing',
  };
}

/** A form or decoy that takes no result any more. */
interface Ended {
  readonly state: FormState;
  readonly digest: string | null;
  readonly worker_id: string | null;
  readonly reward_cents: number;
}

const isFault = (input: AlchemySubmitInput): boolean => input.state === 'faulted';

/** @throws ProblemError 403 `WrongCredentials` */
function requireOwner(caller: User, ownerId: number): void {
  if (caller.id === ownerId) return;
  throw problem(403, 'WrongCredentials', 'The worker of this form belongs to somebody else.');
}

/** @throws ProblemError 400 that names what is wrong with the result */
function valueOf({ result }: AlchemySubmitInput, form: AlchemyForm): unknown {
  const read = readResult(form, result);
  if (read.isGood) return read.value;
  throw new ProblemError(400, undefined, 'Input payload validation failed', {
    errors: { [read.path]: read.reason },
  });
}

/** What was uploaded, or came as base64; nothing when neither came. */
function pictureOf(id: string, value: unknown, images: ImagesService): Uint8Array | undefined {
  if (value === 'R2') return images.held(id);
  return Buffer.from(String(value), 'base64');
}

function nothingUploaded(): ProblemError {
  const text = 'No picture came with this submit. Upload it and submit again.';
  return problem(400, 'ImageValidationFailed', text);
}

function noForm(id: string): ProblemError {
  return problem(404, 'InvalidJobID', `Processing Job with ID ${id} does not exist.`);
}

/** The same for submits that say the same, whatever the order of their keys. */
function digestOf(input: AlchemySubmitInput): string {
  const said = [input.id, input.state ?? 'ok', inOrder(input.result)];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([key, item]): [string, unknown] => [key, inOrder(item)])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
