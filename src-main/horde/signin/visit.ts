import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  asProblem,
  fieldOf,
  markup,
  type Markup,
  type PageDocuments,
  problemOf,
  sendPage,
} from '#main/horde/pages/index.ts';
import type { RegistrationService } from '#main/horde/users/index.ts';
import type { ProblemError } from '#shared/common/problem.ts';
import { type Tie, tieOf } from './browser-ties.ts';
import { SignInFailure } from './failure.ts';
import type { Provider } from './providers.ts';
import type { SignedIn, SignInService } from './service.ts';
import { failureText, signedInText, titleOf } from './texts.ts';

export interface ProviderParams {
  readonly Params: { readonly provider: string };
}
export type ProviderRequest = FastifyRequest<ProviderParams>;
type Handler = (request: ProviderRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Somebody who is signed in, with what ties them to their browser. */
export interface Visit {
  readonly provider: Provider;
  readonly signedIn: SignedIn;
  readonly tie: Tie;
}

interface Filled {
  readonly username?: string;
  readonly invite?: string;
  readonly problem?: ProblemError;
}

export interface VisitServices {
  readonly signIn: SignInService;
  readonly registration: Pick<RegistrationService, 'mode'>;
  readonly documents: Pick<PageDocuments, 'termsVersion'>;
}

/** Finds the provider of an address; whatever fails ends at one page. */
export function orFail(
  signIn: SignInService,
  work: (provider: Provider, request: ProviderRequest, reply: FastifyReply) => Promise<FastifyReply>,
): Handler {
  return async (request, reply) => {
    try {
      return await work(await signIn.provider(request.params.provider), request, reply);
    } catch (error) {
      return fail(request, reply, error);
    }
  };
}

/** Shows somebody who is signed in what they can do, with a ticket for it. */
export async function showVisit(
  services: VisitServices,
  reply: FastifyReply,
  visit: Visit,
  filled: Filled = {},
): Promise<FastifyReply> {
  const { signIn, registration, documents } = services;
  const { provider, signedIn, tie } = visit;
  const body = signedInText({
    ...filled,
    ...(await signIn.standing(signedIn)),
    provider,
    ticket: signIn.ticket(signedIn, tie),
    mode: registration.mode(),
    terms: await documents.termsVersion(),
  });
  const status = filled.problem?.status ?? 200;
  return sendPage(reply, { title: titleOf(provider), body, status });
}

/** Does what a form of that page asks for; where that is refused, the page is shown again. */
export function onForm(
  services: VisitServices,
  work: (visit: Visit, request: ProviderRequest) => Promise<Markup>,
): Handler {
  const { signIn } = services;
  return orFail(signIn, async (provider, request, reply) => {
    const ticket = fieldOf(request, 'ticket');
    const tie = tieOf(request, ticket);
    const visit = { provider, tie, signedIn: await signIn.take(provider, tie, ticket) };
    try {
      return sendPage(reply, { title: titleOf(provider), body: await work(visit, request) });
    } catch (error) {
      const problem = asProblem(error);
      const filled = { username: fieldOf(request, 'username'), invite: fieldOf(request, 'invite') };
      return showVisit(services, reply, visit, { ...filled, problem });
    }
  });
}

/** Why it failed is for the log alone. */
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
