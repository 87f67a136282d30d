import { Type } from 'typebox';
import { ownerId } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import {
  AdmittedAccount,
  providerIdPattern,
  SignInProvider,
  SignInProviderInput,
  SignInRequest,
  signInRoutes as paths,
} from '#shared/horde/signin/schema.ts';
import type { AdmissionService } from './admission.ts';
import type { ProvidersService } from './providers.ts';

export interface SignInHostServices {
  readonly providers: ProvidersService;
  readonly admission: AdmissionService;
}

const providerParams = Type.Object({ id: Type.String({ pattern: providerIdPattern }) });
const requestParams = Type.Object({ id: Type.String({ pattern: '^[0-9]{1,10}$' }) });
const gone = { 204: Type.Null() };

/** Providers and who waits to be let in, from the owner's hand; each change leaves a line in the audit log. */
export function signInHostRoutes({ providers, admission }: SignInHostServices) {
  return (app: AppFastify): void => {
    app.get(paths.providers, { schema: { response: { 200: Type.Array(SignInProvider) } } }, () =>
      providers.list(),
    );
    app.put(
      paths.provider,
      { schema: { params: providerParams, body: SignInProviderInput, response: { 200: SignInProvider } } },
      (request) => providers.put(request.params.id, request.body, ownerId),
    );
    app.delete(
      paths.provider,
      { schema: { params: providerParams, response: gone } },
      async (request, reply) => {
        await providers.remove(request.params.id, ownerId);
        return reply.code(204).send(null);
      },
    );
    app.get(paths.requests, { schema: { response: { 200: Type.Array(SignInRequest) } } }, () =>
      admission.list(),
    );
    app.post(
      paths.accept,
      { schema: { params: requestParams, response: { 200: AdmittedAccount } } },
      async (request) => {
        const { id, alias } = await admission.accept(Number(request.params.id));
        return { id, alias };
      },
    );
    app.delete(
      paths.request,
      { schema: { params: requestParams, response: gone } },
      async (request, reply) => {
        await admission.refuse(Number(request.params.id));
        return reply.code(204).send(null);
      },
    );
  };
}
