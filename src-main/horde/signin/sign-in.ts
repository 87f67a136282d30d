import type { AppDatabase } from '#main/db/database.ts';
import type { PageDocuments } from '#main/horde/pages/index.ts';
import type { AccountsService, RegistrationService, UsersService } from '#main/horde/users/index.ts';
import type { GuardedFetch } from '#main/platform/guarded-fetch/index.ts';
import type { SecretStore } from '#main/platform/ports.ts';
import type { AppFastify } from '#main/server/fastify-base.ts';
import type { Clock } from '#shared/common/clock.ts';
import { createAdmissionService } from './admission.ts';
import type { ProviderClient, ProviderClientOptions } from './client.ts';
import { signInHostRoutes } from './host-routes.ts';
import { signInPages } from './pages.ts';
import { createProvidersService } from './providers.ts';
import { createSignInService, type SignInService } from './service.ts';

/** What the computer gives: the way out to providers and the place of their secrets. */
export interface SignInPlatform {
  readonly fetch: GuardedFetch;
  readonly secrets: SecretStore;
}

export interface SignInParts extends SignInPlatform {
  readonly db: AppDatabase;
  readonly clock: Clock;
  readonly users: UsersService;
  readonly accounts: Pick<AccountsService, 'change' | 'acceptTerms'>;
  readonly registration: Pick<RegistrationService, 'mode' | 'register' | 'create'>;
  readonly documents: Pick<PageDocuments, 'termsVersion'>;
  readonly isProfane: (text: string) => boolean;
  readonly refuseAddress: (ip: string) => Promise<void>;
}

/** Sign-in with OpenID Connect providers (`accounts-and-safety.md` 7). */
export interface SignIn extends Pick<SignInService, 'offers' | 'sweep'> {
  /** The pages, for the horde listener. */
  readonly register: (api: AppFastify) => Promise<void>;
  /** The owner's side, for the app listener. */
  readonly hostRoutes: (app: AppFastify) => void;
}

export function createSignIn(parts: SignInParts): SignIn {
  const { db, clock, users, accounts, registration, documents, fetch, secrets } = parts;
  const providers = createProvidersService({ db, clock, secrets });
  const client = clientOnDemand({ fetch, clock, secretOf: (id) => providers.secretOf(id) });
  const admission = createAdmissionService({
    db,
    clock,
    users,
    accounts,
    registration,
    isProfane: parts.isProfane,
    refuseAddress: parts.refuseAddress,
    termsVersion: () => documents.termsVersion(),
  });
  const signIn = createSignInService({
    db,
    clock,
    secrets: users.secrets,
    users,
    accounts,
    registration,
    providers,
    admission,
    client,
  });
  return {
    offers: () => signIn.offers(),
    sweep: (now) => signIn.sweep(now),
    register: (api) => signInPages(api, { signIn, users, registration, documents }),
    hostRoutes: signInHostRoutes({ providers, admission, client }),
  };
}

/** Most hordes have no provider, and no use for the OpenID library at the start. */
function clientOnDemand(options: ProviderClientOptions): ProviderClient {
  let made: Promise<ProviderClient> | undefined;
  const client = (): Promise<ProviderClient> => {
    made ??= import('./client.ts').then(({ createProviderClient }) => createProviderClient(options));
    return made;
  };
  return {
    authorizationUrl: async (...of) => (await client()).authorizationUrl(...of),
    redeem: async (...of) => (await client()).redeem(...of),
    check: async (...of) => (await client()).check(...of),
    deviceCode: async (...of) => (await client()).deviceCode(...of),
    redeemDeviceCode: async (...of) => (await client()).redeemDeviceCode(...of),
  };
}
