import { closedText, joinForm, keyField, markup, type Markup, problemOf } from '#main/horde/pages/index.ts';
import type { ProblemError } from '#shared/common/problem.ts';
import type { RegistrationMode } from '#shared/horde/users/invites.ts';
import type { FailureKind } from './failure.ts';
import type { Provider } from './providers.ts';
import type { Standing } from './service.ts';

/** What the page of somebody who is signed in is made of. */
export interface SignedInPage extends Standing {
  readonly provider: Provider;
  readonly ticket: string;
  readonly mode: RegistrationMode;
  /** Version of the terms in force. */
  readonly terms: string | undefined;
  readonly username?: string;
  readonly invite?: string;
  readonly problem?: ProblemError;
}

export const titleOf = (provider: Provider): string => `Sign in with ${provider.name}`;

/** Sentences that tell what failed to nobody but the host's log (OID-08). */
const sentences: Readonly<Record<FailureKind, string>> = {
  refused: 'The sign-in did not work. Begin it anew.',
  unreachable:
    'The provider cannot be reached at the moment, so nobody can sign in with it. Keys that were given out keep working.',
};

export function failureText(kind: FailureKind): Markup {
  return markup`<p role="alert">${sentences[kind]}</p>
<p><a href="/register">Back</a></p>`;
}

/** What somebody does who signs in by a code. */
export function codeText(
  provider: Provider,
  typed: {
    readonly userCode: string;
    readonly address: string;
    readonly ticket: string;
    readonly isEarly?: true;
  },
): Markup {
  const early = markup`<p role="alert">${provider.name} knows nothing of it yet. Wait a moment and try again.</p>`;
  return markup`${typed.isEarly ? early : undefined}
<p>Open <a href="${typed.address}" target="_blank" rel="noreferrer">${typed.address}</a>, here or on your telephone, and type this code:</p>
<p><code>${typed.userCode}</code></p>
<p>Type no code there that somebody else has sent to you: it would sign them in as you.</p>
${form({ ...typed, provider }, 'code', markup`<button>I have typed the code</button>`)}`;
}

export const askedText = markup`<p role="status">The host of this horde has been asked to let you in. Sign in again later.</p>`;

export function linkedText(provider: Provider, alias: string): Markup {
  return markup`<p role="status">From now on you sign in to <strong>${alias}</strong> with ${provider.name}.</p>`;
}

export function unlinkedText(alias: string): Markup {
  return markup`<p role="status">From now on the key alone opens <strong>${alias}</strong>.</p>`;
}

export function signedInText(page: SignedInPage): Markup {
  return markup`${problemOf(page.problem)}
${page.user ? knownText(page, page.user.alias) : strangerText(page)}`;
}

/** Somebody whose identity has an account. The key is not changed by signing in: programs may be using it. */
function knownText(page: SignedInPage, alias: string): Markup {
  return markup`<p>You are signed in as <strong>${alias}</strong>.</p>
<h2>A new key for your account</h2>
<p>The key that you have ends at once.</p>
${form(page, 'account', markup`<button>Give me a new key</button>`)}
<h2>Leave ${page.provider.name}</h2>
<p>Your account stays, and from then on its key alone opens it. A key that is lost cannot be replaced then.</p>
${form(
  page,
  'unlink',
  markup`${keyField('unlinked')}
<button>Do not sign me in with ${page.provider.name} any more</button>`,
)}`;
}

function strangerText(page: SignedInPage): Markup {
  return markup`<p>You are signed in with ${page.provider.name}, and have no account here yet.</p>
${joinText(page)}
<h2>Keep the account that you have</h2>
<p>You will sign in to it with ${page.provider.name}. Its key stays as it is.</p>
${form(
  page,
  'link',
  markup`${keyField('linked')}
<button>Use ${page.provider.name} for this account</button>`,
)}`;
}

function joinText(page: SignedInPage): Markup {
  const { provider, mode } = page;
  if (page.isWaiting) {
    return markup`<p role="status">The host of this horde has to let you in. Sign in again later.</p>`;
  }
  const common = { ...page, action: actionOf(page, 'account'), hiddenFields: ticketField(page) };
  switch (provider.on_first_login) {
    case 'deny':
      return closedText;
    case 'approval':
      return joinForm({ ...common, needsInvite: false, isWithoutInvite: true, button: 'Ask to be let in' });
    case 'create':
      return mode === 'closed' ? closedText : joinForm({ ...common, needsInvite: mode === 'invite' });
  }
}

type Ticketed = Pick<SignedInPage, 'provider' | 'ticket'>;

const actionOf = ({ provider }: Ticketed, name: string): string => `/signin/${provider.id}/${name}`;

function ticketField({ ticket }: Ticketed): Markup {
  return markup`<input type="hidden" name="ticket" value="${ticket}">`;
}

function form(page: Ticketed, name: string, fields: Markup): Markup {
  return markup`<form method="post" action="${actionOf(page, name)}" autocomplete="off">
${ticketField(page)}
${fields}
</form>`;
}
