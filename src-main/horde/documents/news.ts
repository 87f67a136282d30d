import { randomUUID } from 'node:crypto';
import { Value } from 'typebox/value';
import type { AppDatabase } from '#main/db/database.ts';
import { run } from '#main/db/work.ts';
import { audit, type User } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { type Newspiece, NewspieceInput } from '#shared/horde/documents/schema.ts';

export interface NewsService {
  /** All items, newest first. Panels need their ids; the API shows none. */
  list(): Promise<Array<Newspiece & { readonly id: string }>>;
  /** @returns the item's id @throws ProblemError 403 `NotModerator`, 400 `BadRequest` */
  publish(input: NewspieceInput, caller: User): Promise<string>;
  /** @throws ProblemError 403 `NotModerator`, 404 `NewspieceNotFound` */
  remove(id: string, caller: User): Promise<void>;
}

export interface NewsOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
}

const refuse = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** News of the horde, none at first (`api.md` 5.10, `accounts-and-safety.md` NWS-01). */
export function createNewsService({ db, clock }: NewsOptions): NewsService {
  return {
    list: async () => {
      const found = await db.read
        .selectFrom('horde_news')
        .selectAll()
        .orderBy('date_published', 'desc')
        .orderBy('created', 'desc')
        .orderBy('id')
        .execute();
      return found.map((item) => ({
        id: item.id,
        date_published: item.date_published,
        newspiece: item.newspiece,
        importance: item.importance,
        tags: texts(item.tags),
        title: item.title,
        more_info_urls: texts(item.more_info_urls),
      }));
    },
    publish: async (input, caller) => {
      requireModerator(caller);
      if (!Value.Check(NewspieceInput, input) || Number.isNaN(Date.parse(input.date_published))) {
        throw refuse(400, 'BadRequest', 'The item lacks something, or has a date that is none.');
      }
      const [id, now] = [randomUUID(), clock()];
      const item = {
        id,
        date_published: input.date_published,
        created: now,
        title: input.title,
        newspiece: input.newspiece,
        importance: input.importance,
        tags: JSON.stringify(input.tags),
        more_info_urls: JSON.stringify(input.more_info_urls),
      };
      await db.write(function* () {
        yield* run(db.query.insertInto('horde_news').values(item));
        yield* audit(db.query, { actorId: caller.id, action: 'news.publish', detail: { id }, now });
      });
      return id;
    },
    remove: async (id, caller) => {
      requireModerator(caller);
      await db.write(function* () {
        const deleted = yield* run(db.query.deleteFrom('horde_news').where('id', '=', id));
        if (deleted === 0) throw refuse(404, 'NewspieceNotFound', `There is no item ${id}.`);
        yield* audit(db.query, { actorId: caller.id, action: 'news.delete', detail: { id }, now: clock() });
      });
    },
  };
}

/** @throws ProblemError 403 `NotModerator` */
function requireModerator(caller: User): void {
  if (!caller.isModerator) throw refuse(403, 'NotModerator', 'Only moderators write news.');
}

function texts(json: string): string[] {
  // Only `publish` writes these columns, lists of texts alone.
  return JSON.parse(json) as string[];
}
