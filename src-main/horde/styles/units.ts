import { type Query, row, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { StyleDraft } from '#shared/horde/styles/param-rules.ts';

/** What the owner decides of a style. */
export interface StyleFields extends StyleDraft {
  readonly name: string;
  readonly info: string;
  readonly isPublic: boolean;
  readonly nsfw: boolean;
  readonly tags: readonly string[];
  readonly sharedKeyId: string | null;
}

/** The fields that a change names. */
export type SentFields = Partial<Omit<StyleFields, 'kind'>>;

interface StyleWrite<F> {
  readonly id: string;
  readonly ownerId: number;
  readonly fields: F;
  readonly now: number;
}

/** @throws ProblemError 400 `BadRequest` when the owner has a style of that name */
export function* insertStyle(query: Query, style: StyleWrite<StyleFields>): Work<void> {
  const { id, ownerId, fields, now } = style;
  yield* refuseTakenName(query, style);
  yield* run(
    query.insertInto('horde_styles').values({
      id,
      kind: fields.kind,
      user_id: ownerId,
      name: fields.name,
      info: fields.info,
      prompt: fields.prompt,
      params: JSON.stringify(fields.params),
      is_public: fields.isPublic ? 1 : 0,
      nsfw: fields.nsfw ? 1 : 0,
      shared_key_id: fields.sharedKeyId,
      use_count: 0,
      created: now,
      updated: now,
    }),
  );
  yield* insertTags(query, id, fields.tags);
  yield* insertModels(query, id, fields.models);
}

/**
 * Writes what the owner sent and nothing else; tags and models are replaced as whole sets.
 * @throws ProblemError 404 `StyleNotFound` · 400 `BadRequest` when the owner has another style of that name
 */
export function* updateStyle(query: Query, style: StyleWrite<SentFields>): Work<void> {
  const { id, fields, now } = style;
  const { name, info, prompt, params, isPublic, nsfw, sharedKeyId } = fields;
  yield* refuseTakenName(query, style);
  const columns = {
    ...(name === undefined ? {} : { name }),
    ...(info === undefined ? {} : { info }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(params === undefined ? {} : { params: JSON.stringify(params) }),
    ...(isPublic === undefined ? {} : { is_public: isPublic ? 1 : 0 }),
    ...(nsfw === undefined ? {} : { nsfw: nsfw ? 1 : 0 }),
    ...(sharedKeyId === undefined ? {} : { shared_key_id: sharedKeyId }),
    updated: now,
  };
  const changed = yield* run(query.updateTable('horde_styles').set(columns).where('id', '=', id));
  if (changed === 0) throw styleNotFound(id);
  if (fields.tags !== undefined) {
    yield* run(query.deleteFrom('horde_style_tags').where('style_id', '=', id));
    yield* insertTags(query, id, fields.tags);
  }
  if (fields.models !== undefined) {
    yield* run(query.deleteFrom('horde_style_models').where('style_id', '=', id));
    yield* insertModels(query, id, fields.models);
  }
}

function* refuseTakenName(query: Query, { id, ownerId, fields }: StyleWrite<SentFields>): Work<void> {
  const { name } = fields;
  if (name === undefined) return;
  const taken = yield* row(
    query
      .selectFrom('horde_styles')
      .select('id')
      .where('user_id', '=', ownerId)
      .where('name', '=', name)
      .where('id', '!=', id),
  );
  if (taken) throw new ProblemError(400, 'BadRequest', `You have a style '${name}' already.`);
}

function* insertTags(query: Query, styleId: string, all: readonly string[]): Work<void> {
  const tags = [...new Set(all)].map((tag, place) => ({ style_id: styleId, tag, place }));
  if (tags.length > 0) yield* run(query.insertInto('horde_style_tags').values(tags));
}

function* insertModels(query: Query, styleId: string, all: readonly string[]): Work<void> {
  const models = [...new Set(all)].map((model, place) => ({ style_id: styleId, model, place }));
  if (models.length > 0) yield* run(query.insertInto('horde_style_models').values(models));
}

/** Its examples, tags, models and places in collections go with it. @throws ProblemError 404 `StyleNotFound` */
export function* deleteStyle(query: Query, id: string): Work<void> {
  const deleted = yield* run(query.deleteFrom('horde_styles').where('id', '=', id));
  if (deleted === 0) throw styleNotFound(id);
}

/** Counts a use; @returns the style's owner, undefined when it was deleted meanwhile */
export function* countStyleUse(query: Query, id: string): Work<number | undefined> {
  const used = yield* row(
    query
      .updateTable('horde_styles')
      .set((e) => ({ use_count: e('use_count', '+', 1) }))
      .where('id', '=', id)
      .returning('user_id'),
  );
  return used?.user_id;
}

/** Takes a shared key off all styles: it was deleted. */
export function* detachSharedKey(query: Query, sharedKeyId: string): Work<void> {
  yield* run(
    query.updateTable('horde_styles').set({ shared_key_id: null }).where('shared_key_id', '=', sharedKeyId),
  );
}

/** Deletes the styles of an account that is wiped (ACC-54). */
export function* deleteStylesOf(query: Query, userId: number): Work<void> {
  yield* run(query.deleteFrom('horde_styles').where('user_id', '=', userId));
}

/** The refusal for a style that is not there. */
export function styleNotFound(reference: string): ProblemError {
  return new ProblemError(404, 'StyleNotFound', `Style '${reference}' was not found.`);
}
