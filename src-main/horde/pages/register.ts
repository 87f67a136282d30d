import type { FastifyReply, FastifyRequest } from 'fastify';
import type { User, UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { FormGuard, fieldOf } from './forms.ts';
import { markup, type Markup, sendPage } from './html.ts';
import type { PageServices } from './ports.ts';

const title = 'Join this horde';

/** `/register`: makes an account or gives one a new key (`api.md` 6, `accounts-and-safety.md` 1.3, 1.4). */
export function registerPages(scope: AppFastify, services: PageServices): void {
  const { users, accounts, registration, documents, signIns = async () => [] } = services;
  const guard = new FormGuard(users.secrets);

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    filled: { invite?: string; username?: string; problem?: ProblemError },
  ): Promise<FastifyReply> => {
    const token = guard.field(request, reply);
    const { problem } = filled;
    const [mode, terms] = [registration.mode(), await documents.termsVersion()];
    const form = {
      ...filled,
      action: '/register',
      hiddenFields: token,
      needsInvite: mode === 'invite',
      terms,
    };
    const body = markup`${problemOf(problem)}
${mode === 'closed' ? closedText : joinForm(form)}
${signInLinks(await signIns())}
${renewForm(token)}
${terms === undefined ? undefined : termsForm(token, terms)}`;
    return sendPage(reply, { title, body, ...(problem ? { status: problem.status } : {}) });
  };

  scope.get<{ Querystring: { invite?: string } }>('/register', hidden, async (request, reply) => {
    const { invite } = request.query;
    return show(request, reply, typeof invite === 'string' ? { invite } : {});
  });

  scope.post('/register', hidden, async (request, reply) => {
    const filled = { username: '', invite: '' };
    try {
      guard.check(request);
      filled.username = fieldOf(request, 'username');
      filled.invite = fieldOf(request, 'invite');
      const acceptedTerms = fieldOf(request, 'terms');
      const made = await registration.register({ ...filled, acceptedTerms, ip: request.ip });
      return sendPage(reply, { title, body: newAccount(made.user.alias, made.apiKey) });
    } catch (error) {
      return show(request, reply, { ...filled, problem: asProblem(error) });
    }
  });

  scope.post('/register/key', hidden, async (request, reply) => {
    try {
      guard.check(request);
      const user = await accountOf(users, request, 'current_key');
      const apiKey = await accounts.rotateKey(user);
      return await sendPage(reply, { title: 'A new key', body: newAccount(user.alias, apiKey) });
    } catch (error) {
      return show(request, reply, { problem: asProblem(error) });
    }
  });

  scope.post('/register/terms', hidden, async (request, reply) => {
    try {
      guard.check(request);
      const user = await accountOf(users, request, 'current_key');
      await accounts.acceptTerms(user, fieldOf(request, 'terms'));
      const body = markup`<p role="status">Thank you, <strong>${user.alias}</strong>. The terms are accepted.</p>`;
      return await sendPage(reply, { title: 'Terms accepted', body });
    } catch (error) {
      return show(request, reply, { problem: asProblem(error) });
    }
  });
}

/** Who has the key in a field. @throws ProblemError 401 `InvalidAPIKey` */
export async function accountOf(users: UsersService, request: FastifyRequest, field: string): Promise<User> {
  const user = await users.authenticate(fieldOf(request, field).trim(), request);
  if (user) return user;
  throw new ProblemError(401, 'InvalidAPIKey', 'No account was found for this key.');
}

/** The pages have no place in the document of the API. */
export const hidden = { schema: { hide: true } };

/** @throws whatever is no refusal */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  throw error;
}

export function problemOf(problem: ProblemError | undefined): Markup | undefined {
  return problem && markup`<p role="alert">${problem.message}</p>`;
}

export const closedText = markup`<p>This horde takes nobody at the moment. Ask its host for an account.</p>`;

function signInLinks(
  providers: ReadonlyArray<{ readonly id: string; readonly name: string }>,
): Markup | undefined {
  if (providers.length === 0) return undefined;
  const links = providers.map(({ id, name }) => markup`<li><a href="/signin/${id}">${name}</a></li>\n`);
  return markup`<h2>Sign in with</h2>
<ul>
${links}</ul>`;
}

/** The form by which an account is made. */
export function joinForm(form: {
  readonly action: string;
  readonly hiddenFields: Markup;
  readonly needsInvite: boolean;
  readonly isWithoutInvite?: boolean;
  /** What the button says. */
  readonly button?: string;
  readonly terms: string | undefined;
  readonly username?: string;
  readonly invite?: string;
}): Markup {
  const label = form.needsInvite ? 'Invite code' : 'Invite code, if you have one';
  const required = form.needsInvite ? markup` required` : undefined;
  const inviteField = markup`<label for="invite">${label}</label>
<input id="invite" name="invite" maxlength="100"${required} value="${form.invite}">`;
  return markup`<form method="post" action="${form.action}" autocomplete="off">
${form.hiddenFields}
<label for="username">Your name, for everybody to see</label>
<input id="username" name="username" minlength="3" maxlength="100" required value="${form.username}">
${form.isWithoutInvite === true ? undefined : inviteField}
${form.terms === undefined ? undefined : termsBox(form.terms)}
<button>${form.button ?? 'Make my account'}</button>
</form>`;
}

function termsBox(version: string): Markup {
  return markup`<label><input type="checkbox" name="terms" value="${version}" required>
I accept the <a href="/terms">terms</a> and have read the <a href="/privacy">privacy notice</a>.</label>`;
}

function renewForm(token: Markup): Markup {
  return markup`<h2>A new key for your account</h2>
<p>The key that you have ends at once. A lost key cannot be replaced here.</p>
<form method="post" action="/register/key" autocomplete="off">
${token}
${keyField('renewed')}
<button>Give me a new key</button>
</form>`;
}

/** Asks for the key that an account has. */
export function keyField(id: string): Markup {
  return markup`<label for="${id}">Your present key</label>
<input id="${id}" name="current_key" type="password" maxlength="100" required>`;
}

function termsForm(token: Markup, version: string): Markup {
  return markup`<h2>New terms for your account</h2>
<form method="post" action="/register/terms" autocomplete="off">
${token}
${keyField('accepting')}
${termsBox(version)}
<button>Accept the terms</button>
</form>`;
}

/** Shows a key, this once. */
export function newAccount(alias: string, apiKey: string): Markup {
  return markup`<p role="status">You are <strong>${alias}</strong>. This is your key:</p>
<p><code>${apiKey}</code></p>
<p>Keep it: it is shown this once, and nobody can tell you what it was. Whoever has it is you.</p>`;
}
