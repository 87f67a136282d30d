import type { AppDatabase } from '#main/db/database.ts';
import { type Query, row, run, type Work } from '#main/db/work.ts';
import { audit, type User } from '#main/horde/users/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { ProblemError } from '#shared/common/problem.ts';
import type { DocumentName, HordeDocument } from '#shared/horde/documents/schema.ts';
import { defaultDocuments } from './defaults.ts';
import { htmlOf } from './markdown.ts';

/** A version of a document; 0 is what the program brings along. */
export interface DocumentVersion {
  readonly name: DocumentName;
  readonly version: number;
  readonly markdown: string;
  /** When accounts that have not accepted it are refused; null when nobody has to. */
  readonly mustAcceptFrom: number | null;
}

export interface DocumentsService {
  /** The document in one format. @throws ProblemError 400 `BadRequest` for another format */
  read(name: DocumentName, format: string | undefined): Promise<HordeDocument>;
  /** The version in force. */
  current(name: DocumentName): Promise<DocumentVersion>;
  /**
   * Puts a new version in force. Terms that must be accepted leave everybody seven days for it (DOC-03).
   * @throws ProblemError 403 `NotAdmin`, 400 `BadRequest`
   */
  publish(
    name: DocumentName,
    input: { readonly markdown: string; readonly mustAccept?: boolean },
    caller: User,
  ): Promise<DocumentVersion>;
  /** The document as HTML, for pages. */
  html(name: DocumentName): Promise<string>;
  /** The version of the terms that a new account accepts; undefined where there is nothing to accept. */
  termsVersion(): Promise<string | undefined>;
  /**
   * Refuses an account that has not accepted the terms in time: generating and popping ask this (DOC-03).
   * @throws ProblemError 403 `TermsNotAccepted`
   */
  refuseUnaccepted(user: {
    readonly isAnonymous: boolean;
    readonly termsVersion: string | undefined;
  }): Promise<void>;
}

export interface DocumentsOptions {
  readonly db: AppDatabase;
  readonly clock: Clock;
}

const noticeMs = 7 * 86_400_000;
const maxLength = 100_000;
/** Another process of this horde may have published: what was read is good for that long. */
const lastsMs = 10_000;
const refuse = (status: number, rc: string, message: string) => new ProblemError(status, rc, message);

/** Terms, privacy and sponsors of the horde (`api.md` 5.15, `accounts-and-safety.md` 6.7). */
export function createDocumentsService({ db, clock }: DocumentsOptions): DocumentsService {
  const known = new Map<DocumentName, { at: number; document: DocumentVersion; html: string }>();

  let toAccept:
    | { at: number; terms: ReadonlyArray<{ readonly version: number; readonly from: number }> }
    | undefined;

  const keep = (document: DocumentVersion) => {
    const before = known.get(document.name);
    const isSame = before?.document.version === document.version;
    const html = isSame ? before.html : htmlOf(document.markdown);
    const kept = { at: clock(), document, html };
    known.set(document.name, kept);
    return kept;
  };
  const latest = async (name: DocumentName) => {
    const kept = known.get(name);
    if (kept && clock() - kept.at < lastsMs) return kept;
    const found = await db.read
      .selectFrom('horde_documents')
      .selectAll()
      .where('name', '=', name)
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!found) return keep({ name, version: 0, markdown: defaultDocuments[name], mustAcceptFrom: null });
    const { version, markdown, must_accept_from: mustAcceptFrom } = found;
    return keep({ name, version, markdown, mustAcceptFrom });
  };

  /** Versions of the terms that ask to be accepted, now or after their notice. */
  const termsToAccept = async () => {
    const kept = toAccept;
    if (kept && clock() - kept.at < lastsMs) return kept.terms;
    const found = await db.read
      .selectFrom('horde_documents')
      .select(['version', 'must_accept_from as from'])
      .where('name', '=', 'terms')
      .where('must_accept_from', 'is not', null)
      .$narrowType<{ from: number }>()
      .execute();
    toAccept = { at: clock(), terms: found };
    return found;
  };

  return {
    read: async (name, format = 'html') => {
      if (format === 'html') return { html: (await latest(name)).html };
      if (format === 'markdown') return { markdown: (await latest(name)).document.markdown };
      throw refuse(400, 'BadRequest', 'format is html or markdown.');
    },
    current: async (name) => (await latest(name)).document,
    publish: async (name, { markdown, mustAccept = false }, caller) => {
      if (!caller.isAdmin) throw refuse(403, 'NotAdmin', 'Only admins write the documents of the horde.');
      if (markdown.length > maxLength || markdown.includes('\0')) {
        throw refuse(400, 'BadRequest', `A document has at most ${maxLength} characters, and no NUL.`);
      }
      const now = clock();
      const mustAcceptFrom = mustAccept && name === 'terms' ? now + noticeMs : null;
      const document = { name, markdown, mustAcceptFrom };
      const version = await db.write(() => insertVersion(db.query, document, { actorId: caller.id, now }));
      toAccept = undefined;
      return keep({ ...document, version }).document;
    },
    html: async (name) => (await latest(name)).html,
    termsVersion: async () => {
      const terms = await termsToAccept();
      return terms.length === 0 ? undefined : String(Math.max(...terms.map(({ version }) => version)));
    },
    refuseUnaccepted: async ({ isAnonymous, termsVersion }) => {
      const accepted = Number(termsVersion ?? 0);
      const now = clock();
      const isLate = (await termsToAccept()).some(({ version, from }) => version > accepted && from <= now);
      if (!isLate || isAnonymous) return;
      throw refuse(403, 'TermsNotAccepted', 'The terms of this horde have changed and have to be accepted.');
    },
  };
}

/** @returns the number of the new version */
function* insertVersion(
  query: Query,
  document: Omit<DocumentVersion, 'version'>,
  by: { readonly actorId: number; readonly now: number },
): Work<number> {
  const { name, markdown, mustAcceptFrom } = document;
  const last = yield* row(
    query
      .selectFrom('horde_documents')
      .select((e) => e.fn.max('version').as('version'))
      .where('name', '=', name),
  );
  const version = Number(last?.version ?? 0) + 1;
  yield* run(
    query
      .insertInto('horde_documents')
      .values({ name, version, markdown, created: by.now, must_accept_from: mustAcceptFrom }),
  );
  const detail = { name, version, mustAcceptFrom };
  yield* audit(query, { actorId: by.actorId, action: 'document.publish', detail, now: by.now });
  return version;
}
