import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { FormGuard, fieldOf } from './forms.ts';
import { markup, type Markup, sendPage } from './html.ts';
import type { PageServices } from './ports.ts';
import { accountOf, asProblem, hidden, problemOf } from './register.ts';

const title = 'Send kudos';

/** `/transfer`: sends kudos by a form, with the rules of `POST /kudos/transfer` (`api.md` 6). */
export function transferPages(scope: AppFastify, { users, transfer }: PageServices): void {
  const guard = new FormGuard(users.secrets);

  const show = (
    request: FastifyRequest,
    reply: FastifyReply,
    filled: { username?: string; amount?: string; problem?: ProblemError },
  ): FastifyReply => {
    const hiddenFields = markup`${guard.field(request, reply)}
<input type="hidden" name="order" value="${users.secrets.draw()}">`;
    const body = markup`${problemOf(filled.problem)}
${transferForm(hiddenFields, filled)}`;
    return sendPage(reply, { title, body, ...(filled.problem ? { status: filled.problem.status } : {}) });
  };

  scope.get('/transfer', hidden, (request, reply) => show(request, reply, {}));

  scope.post('/transfer', hidden, async (request, reply) => {
    const filled = { username: '', amount: '' };
    try {
      guard.check(request);
      filled.username = fieldOf(request, 'username').trim();
      filled.amount = fieldOf(request, 'amount').trim();
      const amount = amountOf(filled.amount);
      const sender = await accountOf(users, request, 'src_api_key');
      // A form that is sent twice, by a double click or a reload, moves kudos once.
      const clientKey = `form:${fieldOf(request, 'order') || users.secrets.draw()}`;
      const order = { username: filled.username, amount };
      const sent = await transfer(order, { senderId: sender.id, clientKey });
      const body = markup`<p role="status">${sent} kudos went to ${filled.username}.</p>
<p><a href="/transfer">Send more</a></p>`;
      return await sendPage(reply, { title, body });
    } catch (error) {
      return show(request, reply, { ...filled, problem: asProblem(error) });
    }
  });
}

/** @throws ProblemError 400 for anything but digits */
function amountOf(typed: string): number {
  if (/^[0-9]{1,12}$/.test(typed)) return Number(typed);
  throw new ProblemError(400, 'InvalidKudosTransferAmount', 'The amount is a whole number of kudos.');
}

function transferForm(hiddenFields: Markup, filled: { username?: string; amount?: string }): Markup {
  return markup`<form method="post" action="/transfer" autocomplete="off">
${hiddenFields}
<label for="username">To whom, as name#number</label>
<input id="username" name="username" maxlength="200" required value="${filled.username}">
<label for="amount">How many kudos</label>
<input id="amount" name="amount" inputmode="numeric" pattern="[0-9]+" required value="${filled.amount}">
<label for="src_api_key">Your key</label>
<input id="src_api_key" name="src_api_key" type="password" maxlength="100" required>
<button>Send</button>
</form>`;
}
