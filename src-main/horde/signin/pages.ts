import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  acceptForms,
  accountOf,
  asProblem,
  fieldOf,
  hidden,
  markup,
  newAccount,
  type PageDocuments,
  problemOf,
  sendPage,
} from '#main/horde/pages/index.ts';
import type { RegistrationService, UsersService } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import { ProblemError } from '#shared/common/problem.ts';
import { keepSeed, seedOf } from './browser-ties.ts';
import { SignInFailure } from './failure.ts';
import { callbackPath, type Provider } from './providers.ts';
import type { SignedIn, SignInService } from './service.ts';
import { failureText, signedInText } from './texts.ts';

export interface SignInPageServices {
  readonly signIn: SignInService;
  readonly users: UsersService;
  readonly registration: Pick<RegistrationService, 'mode'>;
  readonly documents: Pick<PageDocuments, 'termsVersion'>;
}

interface ProviderParams {
  readonly Params: { readonly provider: string };
}
type ProviderRequest = FastifyRequest<ProviderParams>;

/** Somebody who is signed in, with the browser that they sit at. */
interface Visit {
  readonly provider: Provider;
  readonly signedIn: SignedIn;
  readonly seed: string;
}

interface Filled {
  readonly username?: string;
  readonly invite?: string;
  readonly problem?: ProblemError;
}

/** `/signin/<provider>`: begins a sign-in, ends it, and does what the person then asks for. No script. */
export async function signInPages(api: AppFastify, services: SignInPageServices): Promise<void> {
  const { signIn, users } = services;
  const show = async (reply: FastifyReply, visit: Visit, filled: Filled = {}): Promise<FastifyReply> => {
    const { provider, signedIn, seed } = visit;
    const body = signedInText({
      ...filled,
      ...(await signIn.standing(signedIn)),
      provider,
      ticket: signIn.ticket(signedIn, seed),
      mode: services.registration.mode(),
      terms: await services.documents.termsVersion(),
    });
    const { problem } = filled;
    return sendPage(reply, {
      title: titleOf(provider),
      body,
      ...(problem ? { status: problem.status } : {}),
    });
  };
  /** Does what a form asks for; where that is refused, the form is shown again, with a ticket of its own. */
  const handle =
    (work: (visit: Visit, request: ProviderRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: ProviderRequest, reply: FastifyReply): Promise<FastifyReply> => {
      try {
        const visit = await visitOf(signIn, request);
        try {
          return await work(visit, request, reply);
        } catch (error) {
          const problem = asProblem(error);
          const filled = { username: fieldOf(request, 'username'), invite: fieldOf(request, 'invite') };
          return await show(reply, visit, { ...filled, problem });
        }
      } catch (error) {
        return fail(request, reply, error);
      }
    };

  await api.register(async (scope: AppFastify) => {
    acceptForms(scope);
    scope.get<ProviderParams>('/signin/:provider', hidden, async (request, reply) => {
      try {
        const provider = await signIn.provider(request.params.provider);
        const seed = seedOf(request) ?? signIn.drawSeed();
        const url = await signIn.begin(provider, seed, redirectUri(request, provider));
        keepSeed(request, reply, seed);
        return await reply.header('cache-control', 'no-store').redirect(url.href);
      } catch (error) {
        return fail(request, reply, error);
      }
    });
    scope.get<ProviderParams>('/signin/:provider/callback', hidden, async (request, reply) => {
      try {
        const provider = await signIn.provider(request.params.provider);
        const seed = seedOf(request) ?? '';
        const signedIn = await signIn.finish(provider, seed, callbackOf(request, provider));
        return await show(reply, { provider, signedIn, seed });
      } catch (error) {
        return fail(request, reply, error);
      }
    });
    scope.post<ProviderParams>(
      '/signin/:provider/account',
      hidden,
      handle(async ({ provider, signedIn }, request, reply) => {
        const made = await signIn.join(provider, signedIn, {
          username: fieldOf(request, 'username'),
          invite: fieldOf(request, 'invite'),
          acceptedTerms: fieldOf(request, 'terms'),
          ip: request.ip,
        });
        const body = made ? newAccount(made.user.alias, made.apiKey) : askedText;
        return sendPage(reply, { title: titleOf(provider), body });
      }),
    );
    scope.post<ProviderParams>(
      '/signin/:provider/link',
      hidden,
      handle(async ({ provider, signedIn }, request, reply) => {
        const user = await accountOf(users, request, 'current_key');
        await signIn.link(signedIn, user);
        const body = markup`<p role="status">From now on you sign in to <strong>${user.alias}</strong> with ${provider.name}.</p>`;
        return sendPage(reply, { title: titleOf(provider), body });
      }),
    );
    scope.post<ProviderParams>(
      '/signin/:provider/unlink',
      hidden,
      handle(async ({ provider, signedIn }, request, reply) => {
        const user = await accountOf(users, request, 'current_key');
        await signIn.unlink(signedIn, user);
        const body = markup`<p role="status">From now on the key alone opens <strong>${user.alias}</strong>.</p>`;
        return sendPage(reply, { title: titleOf(provider), body });
      }),
    );
  });
}

const titleOf = (provider: Provider): string => `Sign in with ${provider.name}`;

const askedText = markup`<p role="status">The host of this horde has been asked to let you in. Sign in again later.</p>`;

async function visitOf(signIn: SignInService, request: ProviderRequest): Promise<Visit> {
  const provider = await signIn.provider(request.params.provider);
  const seed = seedOf(request) ?? '';
  return { provider, seed, signedIn: await signIn.take(provider, seed, fieldOf(request, 'ticket')) };
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

/** One page for all that fails; why it did is in the log alone. */
function fail(request: ProviderRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const title = 'Sign in';
  if (error instanceof SignInFailure) {
    const { kind, message: reason } = error;
    request.log.warn({ provider: request.params.provider, kind, reason }, 'a sign-in failed');
    const status = kind === 'unreachable' ? 503 : 400;
    return sendPage(reply, { title, body: failureText(kind), status });
  }
  const problem = asProblem(error);
  return sendPage(reply, { title, body: markup`${problemOf(problem)}`, status: problem.status });
}
