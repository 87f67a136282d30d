import { Type } from 'typebox';
import { ownerId } from '#main/horde/users/index.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import {
  AdmittedAccount,
  providerIdPattern,
  SignInCheck,
  SignInProvider,
  SignInProviderInput,
  SignInRequest,
  signInRoutes as paths,
} from '#shared/horde/signin/schema.ts';
import type { AdmissionService } from './admission.ts';
import type { ProviderClient } from './client.ts';
import { SignInFailure } from './failure.ts';
import type { ProvidersService } from './providers.ts';

export interface SignInHostServices {
  readonly providers: ProvidersService;
  readonly admission: AdmissionService;
  readonly client: Pick<ProviderClient, 'check'>;
}

const providerParams = Type.Object({ id: Type.String({ pattern: providerIdPattern }) });
const requestParams = Type.Object({ id: Type.String({ pattern: '^[0-9]{1,10}$' }) });
const gone = { 204: Type.Null() };

/** Providers and who waits to be let in, from the owner's hand; each change leaves a line in the audit log. */
export function signInHostRoutes(services: SignInHostServices) {
  return (app: AppFastify): void => {
    providerRoutes(app, services);
    requestRoutes(app, services);
  };
}

function providerRoutes(app: AppFastify, { providers, client }: SignInHostServices): void {
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
  app.post(
    paths.check,
    { schema: { params: providerParams, response: { 200: SignInCheck } } },
    async (request) => {
      const provider = await providers.get(request.params.id);
      try {
        const { hasDeviceCode } = await client.check(provider);
        return { ok: true, message: null, device_code: hasDeviceCode };
      } catch (error) {
        if (!(error instanceof SignInFailure)) throw error;
        return { ok: false, message: error.message, device_code: false };
      }
    },
  );
}

function requestRoutes(app: AppFastify, { admission }: SignInHostServices): void {
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
  app.delete(paths.request, { schema: { params: requestParams, response: gone } }, async (request, reply) => {
    await admission.refuse(Number(request.params.id));
    return reply.code(204).send(null);
  });
}
