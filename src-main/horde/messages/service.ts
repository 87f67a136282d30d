import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { AppDatabase } from '#main/db/database.ts';
import type { HordeWorkerMessageTable } from '#main/db/tables/horde-community.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { audit, type User } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { rfc822 } from '#shared/horde/common/dates.ts';
import { offsetOf } from '#shared/horde/common/paging.ts';
import { plainText } from '#shared/horde/common/text.ts';
import { isUuid } from '#shared/horde/common/uuid.ts';
import type { PopMessage } from '#shared/horde/jobs/schema.ts';
import type { Message, MessageInput, MessagesQuery } from '#shared/horde/messages/schema.ts';
import type { WorkerMessage } from '#shared/horde/workers/schema.ts';
import { createDelivery } from './delivery.ts';

export interface MessagesService {
  /** @throws ProblemError 403 `Forbidden` for messages of others, 400 `BadRequest` for an unknown validity */
  list(query: MessagesQuery, caller: User): Promise<Message[]>;
  /** @throws ProblemError 403 `AnonForbidden` · `MessagesOnlyOwnWorkers`, 404 `WorkerNotFound`, 400 `BadRequest` */
  create(input: MessageInput, caller: User): Promise<Message>;
  /** A caller who may not read it is told that there is none (MSG-01). @throws ProblemError 404 */
  one(id: string, caller: User | undefined): Promise<Message>;
  /** @throws ProblemError 404 `WorkermessageNotFound`, 403 `Forbidden` */
  remove(id: string, caller: User): Promise<void>;
  /** What every pop of a worker carries: the unexpired messages to it and to all. */
  for(workerId: string): Promise<readonly PopMessage[]>;
  /** Unexpired messages to each of the workers alone, as their owners see them. */
  addressedTo(workerIds: readonly string[]): Promise<ReadonlyMap<string, readonly WorkerMessage[]>>;
}

export interface MessagesOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
}

type MessageRow = Selectable<HordeWorkerMessageTable>;
const pageSize = 50;
const hourMs = 3_600_000;
const defaultHours = 12;
/** Unexpired messages that one author may have (MSG-02). */
const maxActive = 20;
const staffOrigin = 'AI Horde Moderators';
const refuse = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Notes to workers (`api.md` 5.8, `accounts-and-safety.md` 6.5). */
export function createMessagesService({ db, clock }: MessagesOptions): MessagesService {
  const delivery = createDelivery({ db, clock });
  const select = () => db.read.selectFrom('horde_worker_messages').selectAll();
  const find = async (id: string): Promise<MessageRow> => {
    const found = isUuid(id) ? await select().where('id', '=', id).executeTakeFirst() : undefined;
    if (!found) throw messageNotFound(id);
    return found;
  };
  const workerOwner = async (id: string): Promise<number | undefined> => {
    const found = db.read.selectFrom('horde_workers').select('user_id').where('id', '=', id);
    return (await found.executeTakeFirst())?.user_id;
  };
  /** @returns whether it is the caller's own worker @throws ProblemError 404 `WorkerNotFound`, 403 `MessagesOnlyOwnWorkers` */
  const isOwnTarget = async (workerId: string | undefined, caller: User): Promise<boolean> => {
    const owner = workerId === undefined ? undefined : await workerOwner(workerId);
    if (workerId !== undefined && owner === undefined) {
      throw refuse(404, 'WorkerNotFound', `Worker ${workerId} was not found.`);
    }
    if (owner === caller.id) return true;
    if (caller.isModerator) return false;
    throw refuse(403, 'MessagesOnlyOwnWorkers', 'Messages go to workers of your own only.');
  };

  return {
    list: async (query, caller) => {
      const { user_id: author, worker_id: workerId, validity = 'active' } = query;
      if (!caller.isModerator && author !== undefined && author !== String(caller.id)) {
        throw refuse(403, 'Forbidden', 'Only moderators read the messages of others.');
      }
      let found = select();
      if (!caller.isModerator) {
        found = found.where((e) => e.or([e('user_id', '=', caller.id), e('worker_id', 'is', null)]));
      }
      if (author !== undefined) found = found.where('user_id', '=', userIdOf(author));
      if (workerId !== undefined) found = found.where('worker_id', '=', workerId);
      if (validity === 'active') found = found.where('expiry', '>', clock());
      else if (validity === 'expired') found = found.where('expiry', '<=', clock());
      else if (validity !== 'all') {
        throw refuse(400, 'BadRequest', 'validity is active, expired or all.');
      }
      const page = found
        .orderBy('created', 'desc')
        .orderBy('id')
        .limit(pageSize)
        .offset(offsetOf(query.page, pageSize));
      return (await page.execute()).map((message) => messageDetails(message));
    },
    create: async (input, caller) => {
      if (caller.isAnonymous) throw refuse(403, 'AnonForbidden', 'Anonymous users send no messages.');
      const isOwn = await isOwnTarget(input.worker_id, caller);
      const text = plainText(input.message);
      if (text === '') throw refuse(400, 'BadRequest', 'The message is empty.');
      const now = clock();
      const message: MessageRow = {
        id: randomUUID(),
        user_id: caller.id,
        worker_id: input.worker_id ?? null,
        message: text,
        origin: caller.isModerator ? plainText(input.origin ?? staffOrigin) : String(caller.id),
        created: now,
        expiry: now + (input.expiry ?? defaultHours) * hourMs,
      };
      await db.write(() => insertMessage(db.query, message, isOwn));
      delivery.forget();
      return messageDetails(message);
    },
    one: async (id, caller) => {
      const found = await find(id);
      if (!(await mayRead(found, caller, workerOwner))) throw messageNotFound(id);
      return messageDetails(found);
    },
    remove: async (id, caller) => {
      const found = await find(id);
      const isAuthor = found.user_id === caller.id;
      if (!isAuthor && !caller.isModerator) {
        throw refuse(403, 'Forbidden', 'Only its author and moderators delete a message.');
      }
      await db.write(() => deleteMessage(db.query, found, { actorId: caller.id, now: clock() }));
      delivery.forget();
    },
    for: (workerId) => delivery.for(workerId),
    addressedTo: async (workerIds) => {
      if (workerIds.length === 0) return new Map();
      const found = await select()
        .where('worker_id', 'in', workerIds)
        .where('expiry', '>', clock())
        .orderBy('created')
        .orderBy('id')
        .execute();
      return Map.groupBy(
        found.map((message) => workerMessage(message)),
        (message) => message.worker_id ?? '',
      );
    },
  };
}

/** Its author, moderators, the owner of its worker; to all workers: whoever has an account. */
async function mayRead(
  found: MessageRow,
  caller: User | undefined,
  workerOwner: (id: string) => Promise<number | undefined>,
): Promise<boolean> {
  if (!caller) return false;
  if (caller.isModerator || caller.id === found.user_id || found.worker_id === null) return true;
  return (await workerOwner(found.worker_id)) === caller.id;
}

/** @throws ProblemError 400 `BadRequest` over the author's limit, 404 `WorkerNotFound` */
function* insertMessage(query: Query, message: MessageRow, isToOwnWorker: boolean): Work<void> {
  const active = yield* row(
    query
      .selectFrom('horde_worker_messages')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('user_id', '=', message.user_id)
      .where('expiry', '>', message.created),
  );
  if (Number(active?.count ?? 0) >= maxActive) {
    throw refuse(400, 'BadRequest', `At most ${maxActive} messages of an author are delivered at a time.`);
  }
  yield* run(query.insertInto('horde_worker_messages').values(message));
  if (isToOwnWorker) return;
  const { id, user_id: actorId, worker_id: workerId, created: now } = message;
  const detail = { messageId: id, workerId, message: message.message };
  yield* audit(query, { actorId, action: 'message.send', detail, now });
}

/** @throws ProblemError 404 `WorkermessageNotFound` */
function* deleteMessage(query: Query, found: MessageRow, by: { actorId: number; now: number }): Work<void> {
  const deleted = yield* run(query.deleteFrom('horde_worker_messages').where('id', '=', found.id));
  if (deleted === 0) throw messageNotFound(found.id);
  if (found.user_id === by.actorId) return;
  const detail = { messageId: found.id, authorId: found.user_id, message: found.message };
  yield* audit(query, { actorId: by.actorId, action: 'message.delete', detail, now: by.now });
}

/** Deletes what an account wrote, when it is wiped (ACC-54). */
export function* deleteMessagesOf(query: Query, userId: number): Work<void> {
  yield* run(query.deleteFrom('horde_worker_messages').where('user_id', '=', userId));
}

/** What is no id of an account matches none. */
function userIdOf(text: string): number {
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : -1;
}

/** The code is upstream's (`api.md` Q5). */
function messageNotFound(id: string): ProblemError {
  return refuse(404, 'WorkermessageNotFound', `Worker message ${id} was not found.`);
}

function workerMessage(message: MessageRow): WorkerMessage {
  return {
    ...(message.worker_id === null ? {} : { worker_id: message.worker_id }),
    user_id: String(message.user_id),
    message: message.message,
    origin: message.origin,
    created: rfc822(message.created),
    expiry: rfc822(message.expiry),
  };
}

function messageDetails(message: MessageRow): Message {
  return {
    id: message.id,
    message: message.message,
    origin: message.origin,
    expiry: rfc822(message.expiry),
    ...(message.worker_id === null ? {} : { worker_id: message.worker_id }),
    user_id: String(message.user_id),
    created: rfc822(message.created),
  };
}
