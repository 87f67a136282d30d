import type { AppDatabase } from '#main/db/database.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { createDocument } from '#main/studio/documents/index.ts';
import type { Clock } from '#shared/common/clock.ts';
import { CreateDraft, StoredDraft } from '#shared/studio/drafts/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';

/** The Create screen as it was left: it survives a reload, a crash and another browser. */
export function draftRoutes(deps: { db: AppDatabase; clock: Clock }) {
  const document = createDocument(deps, 'draft:create', CreateDraft);
  return (app: AppFastify): void => {
    app.get(appRoutes.createDraft, { schema: { response: { 200: StoredDraft } } }, async () => ({
      draft: (await document.read()) ?? null,
    }));
    app.put(
      appRoutes.createDraft,
      { schema: { body: CreateDraft, response: { 200: StoredDraft } } },
      async (request) => ({ draft: await document.change(() => request.body) }),
    );
  };
}
