import type { FastifyRequest } from 'fastify';
import { acceptForms, accountOf, fieldOf, hidden, newAccount, sendPage } from '#main/horde/pages/index.ts';
import type { UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { keepTie, tieOf } from './browser-ties.ts';
import { callbackPath, type Provider } from './providers.ts';
import type { SignInService } from './service.ts';
import { askedText, codeText, linkedText, titleOf, unlinkedText } from './texts.ts';
import { onForm, orFail, type ProviderParams, showVisit, type VisitServices } from './visit.ts';

export interface SignInPageServices extends VisitServices {
  readonly users: UsersService;
}

/** `/signin/<provider>`: begins a sign-in, ends it, and does what the person then asks for. No script. */
export async function signInPages(api: AppFastify, services: SignInPageServices): Promise<void> {
  const { signIn } = services;
  await api.register(async (scope: AppFastify) => {
    acceptForms(scope);
    scope.get<ProviderParams>('/signin/:provider', hidden, begin(signIn));
    scope.get<ProviderParams>('/signin/:provider/callback', hidden, finish(services));
    scope.post<ProviderParams>('/signin/:provider/code', hidden, finishByCode(services));
    scope.post<ProviderParams>('/signin/:provider/account', hidden, join(services));
    scope.post<ProviderParams>('/signin/:provider/link', hidden, link(services));
    scope.post<ProviderParams>('/signin/:provider/unlink', hidden, unlink(services));
  });
}

function begin(signIn: SignInService) {
  return orFail(signIn, async (provider, request, reply) => {
    const tie = signIn.drawTie();
    const typed = needsCode(request, provider) ? await signIn.beginByCode(provider, tie) : undefined;
    if (typed) {
      keepTie(request, reply, tie);
      return sendPage(reply, { title: titleOf(provider), body: codeText(provider, typed) });
    }
    const url = await signIn.begin(provider, tie, redirectUri(request, provider));
    keepTie(request, reply, tie);
    return reply.header('cache-control', 'no-store').redirect(url.href);
  });
}

function finish(services: SignInPageServices) {
  const { signIn } = services;
  return orFail(signIn, async (provider, request, reply) => {
    const callback = callbackOf(request, provider);
    const tie = tieOf(request, callback.searchParams.get('state') ?? '');
    const signedIn = await signIn.finish(provider, tie, callback);
    return showVisit(services, reply, { provider, tie, signedIn });
  });
}

function finishByCode(services: SignInPageServices) {
  const { signIn } = services;
  return orFail(signIn, async (provider, request, reply) => {
    const ticket = fieldOf(request, 'ticket');
    const tie = tieOf(request, ticket);
    const found = await signIn.finishByCode(provider, tie, ticket);
    if ('identity' in found) return showVisit(services, reply, { provider, tie, signedIn: found });
    const body = codeText(provider, { ...found, isEarly: true });
    return sendPage(reply, { title: titleOf(provider), body });
  });
}

function join(services: SignInPageServices) {
  return onForm(services, async ({ provider, signedIn }, request) => {
    const made = await services.signIn.join(provider, signedIn, {
      username: fieldOf(request, 'username'),
      invite: fieldOf(request, 'invite'),
      acceptedTerms: fieldOf(request, 'terms'),
      ip: request.ip,
    });
    return made ? newAccount(made.user.alias, made.apiKey) : askedText;
  });
}

function link(services: SignInPageServices) {
  return onForm(services, async ({ provider, signedIn }, request) => {
    const user = await accountOf(services.users, request, 'current_key');
    await services.signIn.link(signedIn, user);
    return linkedText(provider, user.alias);
  });
}

function unlink(services: SignInPageServices) {
  return onForm(services, async ({ signedIn }, request) => {
    const user = await accountOf(services.users, request, 'current_key');
    await services.signIn.unlink(signedIn, user);
    return unlinkedText(user.alias);
  });
}

const loopbackName = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** A browser on another computer, to which most providers send nobody back without TLS (OID-05). */
function needsCode(request: FastifyRequest, provider: Provider): boolean {
  const isSafe = request.protocol === 'https' || loopbackName.test(request.hostname);
  return provider.device_code && !isSafe;
}

/** The redirect address belongs to the address that the browser is at; the host header was vetted before. */
function redirectUri(request: FastifyRequest, { id }: Provider): string {
  return `${request.protocol}://${request.host}${callbackPath(id)}`;
}

function callbackOf(request: FastifyRequest, provider: Provider): URL {
  const callback = new URL(redirectUri(request, provider));
  callback.search = /\?.*$/.exec(request.url)?.[0] ?? '';
  return callback;
}
