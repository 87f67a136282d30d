import type { AppFastify } from '#main/server/fastify-base.ts';
import { acceptForms } from './forms.ts';
import { Markup, sendPage } from './html.ts';
import type { PageServices } from './ports.ts';
import { hidden, registerPages } from './register.ts';
import { transferPages } from './transfer.ts';

const documents = { terms: 'Terms', privacy: 'Privacy' } as const;

/** Plain pages for people with a browser and nothing else (`api.md` 6): no script, no other host. */
export async function hordePages(api: AppFastify, services: PageServices): Promise<void> {
  await api.register(async (scope: AppFastify) => {
    acceptForms(scope);
    registerPages(scope, services);
    transferPages(scope, services);
    for (const name of ['terms', 'privacy'] as const) {
      scope.get(`/${name}`, hidden, async (_request, reply) => {
        // The documents feature makes this markup from Markdown and lets nothing through but text and links.
        const body = new Markup(await services.documents.html(name));
        return sendPage(reply, { title: documents[name], body });
      });
    }
  });
}
