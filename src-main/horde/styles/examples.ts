import { type Query, row, rows, run, type Work } from '#main/db/work.ts';
import { ProblemError } from '#shared/common/problem.ts';

/** How many examples a style may have (EXA-01). */
const maxExamples = 4;

/** A link that may be an example. @throws ProblemError 400 `BadRequest` */
export function exampleLink(url: string): string {
  const parsed = URL.parse(url);
  if (!url.startsWith('https://') || !parsed || parsed.username !== '' || parsed.password !== '') {
    throw new ProblemError(400, 'BadRequest', 'An example is a link that begins with https://.');
  }
  return url;
}

export interface NewExample {
  readonly id: string;
  readonly styleId: string;
  readonly url: string;
  readonly isPrimary: boolean;
}

/**
 * The first example of a style is its primary one; a new primary one demotes the old.
 * @throws ProblemError 403 `TooManyStyleExamples` · 400 `ExampleURLAlreadyInUse`
 */
export function* insertExample(query: Query, example: NewExample): Work<void> {
  const { styleId, url } = example;
  const others = yield* rows(
    query.selectFrom('horde_style_examples').select(['url', 'place']).where('style_id', '=', styleId),
  );
  if (others.length >= maxExamples) {
    throw new ProblemError(403, 'TooManyStyleExamples', `A style has at most ${maxExamples} examples.`);
  }
  if (others.some((other) => other.url === url)) throw linkInUse();
  const isPrimary = example.isPrimary || others.length === 0;
  if (isPrimary) yield* demote(query, styleId);
  yield* run(
    query.insertInto('horde_style_examples').values({
      id: example.id,
      style_id: styleId,
      url,
      is_primary: isPrimary ? 1 : 0,
      place: Math.max(-1, ...others.map((other) => other.place)) + 1,
    }),
  );
}

/**
 * Changes what is given of an example.
 * @throws ProblemError 404 `Style exampleNotFound` · 400 `ExampleURLAlreadyInUse`, or `BadRequest` when no
 *   example would be primary
 */
export function* updateExample(
  query: Query,
  example: {
    readonly id: string;
    readonly styleId: string;
    readonly url: string | undefined;
    readonly isPrimary: boolean | undefined;
  },
): Work<void> {
  const { id, styleId, url, isPrimary } = example;
  const all = yield* rows(
    query.selectFrom('horde_style_examples').selectAll().where('style_id', '=', styleId),
  );
  const found = all.find((it) => it.id === id);
  if (!found) throw exampleNotFound(id);
  if (url !== undefined && all.some((it) => it.url === url && it.id !== id)) throw linkInUse();
  if (isPrimary === false && found.is_primary === 1) {
    throw new ProblemError(400, 'BadRequest', 'One example has to be the primary one: choose another.');
  }
  if (isPrimary === true && found.is_primary === 0) {
    yield* demote(query, styleId);
    yield* promote(query, id);
  }
  if (url !== undefined) {
    yield* run(query.updateTable('horde_style_examples').set({ url }).where('id', '=', id));
  }
}

/** Where the primary example goes, the oldest that is left takes its place. @throws ProblemError 404 */
export function* deleteExample(query: Query, id: string, styleId: string): Work<void> {
  const found = yield* row(
    query
      .deleteFrom('horde_style_examples')
      .where('id', '=', id)
      .where('style_id', '=', styleId)
      .returning('is_primary'),
  );
  if (!found) throw exampleNotFound(id);
  if (found.is_primary === 0) return;
  const oldest = yield* row(
    query
      .selectFrom('horde_style_examples')
      .select('id')
      .where('style_id', '=', styleId)
      .orderBy('place')
      .limit(1),
  );
  if (oldest) yield* promote(query, oldest.id);
}

function* demote(query: Query, styleId: string): Work<void> {
  yield* run(
    query
      .updateTable('horde_style_examples')
      .set({ is_primary: 0 })
      .where('style_id', '=', styleId)
      .where('is_primary', '=', 1),
  );
}

function* promote(query: Query, id: string): Work<void> {
  yield* run(query.updateTable('horde_style_examples').set({ is_primary: 1 }).where('id', '=', id));
}

/** The code is upstream's, blank included (`api.md` Q5). */
export function exampleNotFound(id: string): ProblemError {
  return new ProblemError(404, 'Style exampleNotFound', `Style example ${id} was not found.`);
}

function linkInUse(): ProblemError {
  return new ProblemError(400, 'ExampleURLAlreadyInUse', 'The style has an example with this link.');
}
